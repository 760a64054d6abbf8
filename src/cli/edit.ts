/** `rephoto edit`: the face of a finished run, older, smiling or turned. */
import type { CommandModule } from 'yargs'
import { UsageError } from './failure.ts'

interface Options {
  run: string
  age?: string | undefined
  'keep-age': boolean
  smile?: number | undefined
  male?: number | undefined
  yaw?: number | undefined
  direction?: string | undefined
  row: number
  by: number
  layers?: string | undefined
  out?: string | undefined
  whole: boolean
  strip?: string | undefined
  force: boolean
}

const MOST_STEPS = 6
const MOST_YEARS = 80

/** The command. */
export const editCommand: CommandModule<object, Options> = {
  command: 'edit <run>',
  describe: 'Edit the face of a finished run: age, smile, turn, or a direction of your own',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' })
      .option('age', {
        type: 'string',
        requiresArg: true,
        describe: 'Years older (+20) or younger (-10) than the result looks',
      })
      .option('keep-age', { type: 'boolean', default: false, describe: 'As old as the sitter of the input looks' })
      .option('smile', { type: 'number', describe: 'Steps towards a smile, each a deviation of the generator’s faces' })
      .option('male', { type: 'number', describe: 'Steps towards male; negative: female' })
      .option('yaw', { type: 'number', describe: 'Steps of turning to the right of the picture; negative: left' })
      .option('direction', { type: 'string', describe: 'File with a direction (InterFaceGAN, GANSpace, .npy)' })
      .option('row', { type: 'number', default: 0, describe: 'Which row of that file, from 0' })
      .option('by', { type: 'number', default: 1, describe: 'How far along that direction' })
      .option('layers', { type: 'string', requiresArg: true, describe: 'Layers a-b of the latent that move; all' })
      .option('out', {
        type: 'string',
        describe: 'Picture to write, or a folder for it; default: <name>-edited.png here',
      })
      .option('whole', { type: 'boolean', default: false, describe: 'Write the whole photograph with the face in it' })
      .option('strip', {
        type: 'string',
        describe: 'Write a strip of −3 … +3 steps along the first direction as well (.png, .svg, .pdf)',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace files that are there' })
      .example('$0 edit reports/grandmother --keep-age', 'as old as on the photograph')
      .example('$0 edit reports/grandmother --age +20 --smile 1 --strip ages.png', 'and what every step costs'),
  handler: async (options) => {
    const { run, out, whole, strip, force } = options
    const wishes = wishesOf(options)
    const { carryOutEdit } = await import('./carry-out-edit.ts')
    await carryOutEdit(run, wishes, { out, whole, strip, force })
  },
}

/** What the options say. @throws UsageError */
export function wishesOf(options: Options) {
  const { age, smile, male, yaw, direction, row, by, layers } = options
  const given = Object.entries({ smile, male, yaw }).filter(
    (entry): entry is [string, number] => entry[1] !== undefined,
  )
  for (const [name, value] of [...given, ['by', by] as const])
    if (!Number.isFinite(value) || Math.abs(value) > (name === 'by' ? 1e6 : MOST_STEPS))
      throw new UsageError(`--${name}: expected a number from −${MOST_STEPS} to ${MOST_STEPS}, found ${value}`)
  if (!Number.isInteger(row) || row < 0) throw new UsageError(`--row: expected a whole number from 0, found ${row}`)
  if (age !== undefined && options['keep-age'])
    throw new UsageError('expected --age or --keep-age, found both; --keep-age is the age of the input')
  const years = age === undefined ? undefined : Number(age.replace('−', '-'))
  if (years !== undefined && (age === '' || !(Math.abs(years) <= MOST_YEARS)))
    throw new UsageError(`--age: expected years from -${MOST_YEARS} to +${MOST_YEARS}, found ${age}`)
  if (years === undefined && !options['keep-age'] && given.length === 0 && direction === undefined)
    throw new UsageError('expected what to edit: --age, --keep-age, --smile, --male, --yaw or --direction, found none')
  return {
    steps: Object.fromEntries(given),
    ...(options['keep-age'] ? { age: 'input' as const } : years === undefined ? {} : { age: years }),
    ...(direction === undefined ? {} : { imported: { file: direction, row, by } }),
    ...(layers === undefined ? {} : { layers: layersOf(layers) }),
  }
}

function layersOf(text: string): readonly [number, number] {
  const [, from, to] = /^(\d+)-(\d+)$/u.exec(text) ?? []
  if (from === undefined || Number(from) > Number(to))
    throw new UsageError(`--layers: expected a-b, such as 0-5, found ${text}`)
  return [Number(from), Number(to) + 1]
}

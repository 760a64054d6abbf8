// Makes the compact pack out of a trained prior (train_prior.py) and everything that follows from it, in one command:
//   npx tsx training/publish.ts --run RUN --data DATA --cache CACHE --faces DIR [--judges PACK] [--portraits DIR] [--only a,b] [--from a] [--list]
// Each part is told with its time and noted in RUN/publish.json: called again after an interruption it goes on with the first part
// that isn't done for this checkpoint. The output of a part is RUN/publish-NAME.log. DIR holds the unpacked archives, each in a folder
// of its name; PACK (a pack with the role arcface) and a folder of old portraits are for the model card alone.

import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { writeText } from '../src/run/folder.ts'
import { sha256File } from '../src/run/hash.ts'

const needed = (describe: string) => ({ type: 'string', describe, demandOption: true }) as const
const args = await yargs(hideBin(process.argv))
  .option('run', needed('Folder of the prior’s training, with checkpoint.pt'))
  .option('data', needed('Folder with the archives'))
  .option('cache', needed('Folder of the unpacked arrays'))
  .option('faces', needed('Folder with the unpacked archives'))
  .option('judges', { type: 'string', describe: 'Pack whose ArcFace judges likeness' })
  .option('portraits', { type: 'string', describe: 'Folder with old portraits, for the experiments with paintings' })
  .option('portrait', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'PRESET=FILE of an old portrait, for the table of likeness',
  })
  .option('only', { type: 'string', describe: 'Parts to carry out, done or not' })
  .option('from', { type: 'string', describe: 'Part to begin with, done or not' })
  .option('list', { type: 'boolean', default: false, describe: 'Say what is done, and end' })
  .strict()
  .parse()

interface Part {
  readonly name: string
  readonly what: string
  /** On two quiet cores. */
  readonly minutes: number
  readonly commands: readonly (readonly string[])[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const run = args.run
const sources = ['--data', args.data, '--cache', args.cache]
const tsx = (file: string, ...rest: string[]) => ['npx', 'tsx', `training/${file}`, ...rest]
const python = (file: string, ...rest: string[]) => ['python3', `training/${file}`, ...rest]
const rephoto = (...rest: string[]) => ['node', 'bin/rephoto.js', ...rest]
const faces = ['--faces', args.faces]
/** Of faces-256.tar alone. */
const some = ['--faces', join(args.faces, 'faces-256')]
const pack = tsx('make-pack.ts')

const set = (name: string) =>
  rephoto('synth', '--config', `experiments/sets/${name}.json5`, '--out', `experiments/sets/${name}`, '--replace')

function experiment(name: string, minutes: number, ...rest: string[]): Part {
  const runs = join(run, 'experiments', name)
  const gallery = ['--gallery', '--out', `reports/gallery/${name}`, '--force']
  return {
    name: `experiment-${name}`,
    what: `experiments/${name}.json5, and its page in reports/gallery`,
    minutes,
    commands: [
      rephoto('sweep', `experiments/${name}.json5`, '--out', runs),
      rephoto('compare', runs, ...gallery, ...rest),
    ],
  }
}

const portraits = args.portrait.flatMap((one) => ['--portrait', one])
const hero = (name: string) => join(run, 'hero', name)
const parts: readonly Part[] = [
  {
    name: 'colour',
    what: 'colour encoders on the generator',
    minutes: 30,
    commands: [
      python('train_color.py', ...sources, '--model', join(run, 'checkpoint.pt'), '--out', run, '--minutes', '14'),
    ],
  },
  {
    name: 'export',
    what: 'weights in float16, their description, test vectors; read back and compared',
    minutes: 2,
    commands: [
      python(
        'export_generator.py',
        ...sources,
        '--train',
        run,
        '--out',
        'models/compact',
        '--vectors',
        'test/fixtures/compact-golden',
      ),
      pack,
    ],
  },
  {
    name: 'directions',
    what: 'directions of the latents: age, sex, a smile, a turn',
    minutes: 4,
    commands: [tsx('learn-directions.ts'), pack],
  },
  {
    name: 'mix',
    what: 'which layers the colour code should have (to be looked at)',
    minutes: 2,
    commands: [tsx('measure-mix.ts', ...faces)],
  },
  {
    name: 'weights',
    what: 'weights of the losses by gradient norms',
    minutes: 1,
    commands: [tsx('loss-weights.ts', '--write'), pack],
  },
  { name: 'examples', what: 'examples/', minutes: 1, commands: [tsx('make-examples.ts')] },
  {
    name: 'sets',
    what: 'experiments/sets',
    minutes: 2,
    commands: ['film', 'painting', 'damage-light', 'damage-medium', 'damage-heavy'].map(set),
  },
  { name: 'guess', what: 'calibration of the first guess', minutes: 3, commands: [tsx('calibrate-guess.ts', 'pack')] },
  { name: 'grids', what: 'pictures of the model card', minutes: 1, commands: [tsx('make-grids.ts', ...some)] },
  {
    name: 'card',
    what: 'numbers of the model card',
    minutes: 12,
    commands: [tsx('measure-pack.ts', ...some, '--encode', '100'), tsx('measure-pipeline.ts')],
  },
  ...(args.judges
    ? [
        {
          name: 'likeness',
          what: 'table of likeness of the model card',
          minutes: 12,
          commands: [
            tsx('measure-likeness.ts', ...faces, '--judges', args.judges, '--out', join(run, 'likeness'), ...portraits),
          ],
        },
      ]
    : []),
  {
    name: 'hero',
    what: 'the picture at the head of the README',
    minutes: 2,
    commands: [
      rephoto('run', 'quickstart', '--out', hero('portrait')),
      rephoto('stylize', 'examples/harbour.jpg', '--style', 'examples/brushwork.jpg', '--out', hero('style')),
      rephoto('upscale', 'examples/harbour.jpg', '--reports', hero('upscale'), '--out', hero('upscaled'), '--force'),
      tsx('make-hero.ts', 'docs/hero.webp', hero('portrait'), hero('style'), hero('upscale')),
    ],
  },
  experiment('films', 8),
  experiment('paintings', 6, '--no-inputs'),
  experiment('ablate-losses', 12),
  experiment('paintings-prior', 10, '--no-inputs'),
  experiment('tuning', 12),
  experiment('keep-age', 8),
  experiment('quick', 12),
  experiment('likeness', 6),
]

const checkpoint = sha256File(join(run, 'checkpoint.pt'))
const notes = join(run, 'publish.json')
/** Seconds that each part took, of one checkpoint. */
interface Notes {
  readonly checkpoint: string
  readonly seconds: Readonly<Record<string, number>>
}
const secondsNoted = (): Notes['seconds'] => {
  const read = existsSync(notes) ? (JSON.parse(readFileSync(notes, 'utf8')) as Notes) : undefined
  return read?.checkpoint === checkpoint ? read.seconds : {}
}
const seconds = secondsNoted()

const named = (list: string): Part[] =>
  list.split(',').map((name) => {
    const part = parts.find((one) => one.name === name)
    if (part) return part
    throw new Error(`expected a part (${parts.map((one) => one.name).join(', ')}), found ${name}`)
  })
const wanted = args.only
  ? named(args.only)
  : args.from
    ? parts.slice(parts.indexOf(named(args.from)[0]!))
    : parts.filter(({ name }) => !(name in seconds))

for (const { name, what, minutes } of parts) {
  const state = name in seconds ? `done in ${(seconds[name]! / 60).toFixed(1)} min` : `about ${minutes} min`
  console.log(`${name.padEnd(28)} ${state.padEnd(18)} ${what}`)
}
if (!args.list)
  for (const { name, commands } of wanted) {
    console.log(`\n${new Date().toTimeString().slice(0, 5)}  ${name}`)
    const began = Date.now()
    const log = createWriteStream(join(run, `publish-${name}.log`))
    for (const command of commands) {
      const failed = await carryOut(command, log)
      if (failed) {
        console.error(failed)
        process.exit(1)
      }
    }
    log.end()
    const took = Math.round((Date.now() - began) / 1000)
    // Read again: another call may have carried out another part meanwhile.
    const all = { ...secondsNoted(), [name]: took }
    writeText(notes, `${JSON.stringify({ checkpoint, seconds: all } satisfies Notes, null, 2)}\n`)
    console.log(`done in ${(took / 60).toFixed(1)} min`)
  }

/** undefined, or what went wrong. */
function carryOut([program, ...rest]: readonly string[], log: NodeJS.WritableStream): Promise<string | undefined> {
  const portraits = args.portraits && { PORTRAITS: args.portraits }
  const child = spawn(program!, rest, {
    cwd: root,
    env: { ...process.env, ...portraits },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(log, { end: false })
    stream.pipe(process.stdout, { end: false })
  }
  return new Promise((resolve) => {
    const command = [program, ...rest].join(' ')
    child.on('error', (error) => resolve(`${command}: ${error.message}`))
    child.on('close', (code) =>
      resolve(code === 0 ? undefined : `${command}: ended with ${code}; mend it and call this again, it goes on here`),
    )
  })
}

/** `rephoto align`: the FFHQ crop of a face, as a run would make it. */
import type { CommandModule } from 'yargs'
import { type AlignOptions, turnOf, withAlignment } from './alignment.ts'
import { UsageError } from './failure.ts'
import { printPath, printRemark, say } from './print.ts'
import { isStandardInput } from './standard-input.ts'

interface Options extends AlignOptions {
  image: string
  out?: string | undefined
  force: boolean
  size: number
}

/** The command. */
export const alignCommand: CommandModule<object, Options> = {
  command: 'align <image>',
  describe: 'Find the face in a picture and cut the upright square that a run works on',
  builder: (yargs) =>
    withAlignment(yargs)
      .positional('image', { type: 'string', demandOption: true, describe: 'A picture; - for standard input' })
      .option('out', {
        type: 'string',
        describe:
          'Picture to write (.png, .jpg, .webp, .tif, .avif) or a folder for it; default: <name>-aligned.png here',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that is there' })
      .option('size', { type: 'number', default: 1024, describe: 'Side of the square in pixels' }),
  handler: async ({ image: given, out, force, size, face, landmarks, turn, insist }) => {
    const image = isStandardInput(given) ? '-' : given
    if (!Number.isInteger(size) || size < 16 || size > 4096)
      throw new UsageError('--size: expected a whole number from 16 to 4096')
    const { alignFile } = await import('../align/align-file.ts')
    const { cropInWords, cropMark } = await import('../align/crop-mark.ts')
    if (face !== undefined && !Number.isInteger(face)) throw new UsageError('--face: expected a whole number')
    const degrees = turnOf(turn)
    const result = await alignFile(image, {
      size,
      ...(face === undefined ? {} : { face }),
      ...(landmarks === undefined ? {} : { landmarks }),
      ...(degrees === undefined ? {} : { turn: degrees }),
      ...(insist ? { doubt: 'accept' as const } : {}),
      ...(out === undefined ? {} : { out }),
      force,
      onRemark: (remark) => printRemark(image, remark),
    })
    for (const remark of result.remarks) say(`warning: ${remark}`)
    say(cropInWords(cropMark(result)))
    printPath('aligned', result.path)
  },
}

/** `rephoto align`: the FFHQ crop of a face, as a run would make it. */
import type { CommandModule } from 'yargs'
import { type AlignOptions, turnOf, withAlignment } from './alignment.ts'
import { UsageError } from './failure.ts'
import { printPath } from './print.ts'

interface Options extends AlignOptions {
  image: string
  out?: string | undefined
  size: number
}

/** The command. */
export const alignCommand: CommandModule<object, Options> = {
  command: 'align <image>',
  describe: 'Find the face in a picture and cut the upright square that a run works on',
  builder: (yargs) =>
    withAlignment(yargs)
      .positional('image', { type: 'string', demandOption: true, describe: 'A picture' })
      .option('out', { type: 'string', describe: 'PNG to write; default: <name>-aligned.png in the current folder' })
      .option('size', { type: 'number', default: 1024, describe: 'Side of the square in pixels' }),
  handler: async ({ image, out, size, face, landmarks, turn, insist }) => {
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
    })
    for (const remark of result.remarks) process.stderr.write(`warning: ${remark}\n`)
    process.stderr.write(`${cropInWords(cropMark(result))}\n`)
    printPath('aligned', result.path)
  },
}

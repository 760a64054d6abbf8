/** `rephoto faces`: which number is whose, before one is chosen. */
import type { CommandModule } from 'yargs'
import { turnOf } from './alignment.ts'
import { print, printJson, printPath, printRemark, say } from './print.ts'
import { isStandardInput } from './standard-input.ts'

interface Options {
  photo: string
  out?: string | undefined
  force: boolean
  turn?: string | undefined
  insist?: boolean | undefined
  json: boolean
}

/** The command. */
export const facesCommand: CommandModule<object, Options> = {
  command: 'faces <photo>',
  describe: 'Number the faces of a photograph, as --face counts them, in a picture',
  builder: (yargs) =>
    yargs
      .positional('photo', { type: 'string', demandOption: true, describe: 'A picture; - for standard input' })
      .option('out', {
        type: 'string',
        describe:
          'Picture to write (.png, .jpg, .webp, .tif, .avif) or a folder for it; default: <name>-faces.png here',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that is there' })
      .option('turn', {
        type: 'string',
        choices: ['auto', '0', '90', '180', '270'],
        describe: 'Degrees clockwise that make the picture upright; "auto" (default): as its faces say',
      })
      .option('insist', { type: 'boolean', describe: 'Count doubtful faces as well' })
      .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
      .example('$0 faces wedding.jpg', 'then: rephoto run wedding.jpg --face 2, --face 1,3 or --face all'),
  handler: async ({ photo: given, out, force, turn, insist, json }) => {
    const photo = isStandardInput(given) ? '-' : given
    const { facesFile } = await import('../align/faces-file.ts')
    const degrees = turnOf(turn)
    const { path, faces, doubtful, ...found } = await facesFile(photo, {
      force,
      ...(out === undefined ? {} : { out }),
      ...(degrees === undefined ? {} : { turn: degrees }),
      ...(insist ? { doubt: 'accept' as const } : {}),
      onRemark: (remark) => printRemark(photo, remark),
    })
    if (found.turn !== 0)
      say(`the picture is upright when it is turned by ${found.turn}° clockwise; that is how faces are counted`)
    if (doubtful > 0 && !insist)
      say(`${doubtful} doubtful more ${doubtful === 1 ? 'is' : 'are'} left out; --insist counts them`)
    const list = faces.map(({ box, score, doubt }, i) => ({
      face: i + 1,
      x: Math.round(box.x),
      y: Math.round(box.y),
      width: Math.round(box.width),
      height: Math.round(box.height),
      score: Number(score.toFixed(4)),
      ...(doubt === undefined ? {} : { doubt }),
    }))
    if (json) {
      printJson({ turn: found.turn, faces: list, picture: path })
      return
    }
    for (const { face, x, y, width, height, score, doubt } of list)
      print(
        `${face}: ${width}×${height} px at (${x}, ${y}), detector ${score.toFixed(2)}${doubt === undefined ? '' : `, doubtful: ${doubt}`}`,
      )
    printPath('faces', path)
  },
}

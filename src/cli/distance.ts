/** `rephoto distance`: how far two sets of pictures lie from each other (FID, KID). */
import type { CommandModule } from 'yargs'
import { print, printJson, say } from './print.ts'

interface Options {
  one: string
  other: string
  space: string
  pack: string
  json: boolean
}

/** `vectorSpaces` by name: the file that has them opens networks, which --help need not wait for. */
const SPACES = ['descriptor', 'arcface', 'vgg16'] as const

/** The command. */
export const distanceCommand: CommandModule<object, Options> = {
  command: 'distance <one> <other>',
  describe: 'Fréchet and kernel distance (FID, KID) between two sets of pictures',
  builder: (yargs) =>
    yargs
      .positional('one', { type: 'string', demandOption: true, describe: 'Folder of pictures, or a pattern' })
      .positional('other', { type: 'string', demandOption: true, describe: 'The set that it is compared with' })
      .option('space', {
        type: 'string',
        choices: SPACES,
        default: 'descriptor',
        describe: 'Whose vectors: descriptor and arcface see whose faces they are (aligned squares), vgg16 any picture',
      })
      .option('pack', { type: 'string', default: 'compact', describe: 'Pack whose arcface or vgg16 looks' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' })
      .example('$0 distance results/ photographs/', 'are these faces, as a set, like those?'),
  handler: async ({ one, other, space, pack: name, json }) => {
    const [{ picturesOf }, { openVectors }, { loadPack }, { weightsOf }, { readPicture }, frechet, { kernelDistance }] =
      await Promise.all([
        import('./several.ts'),
        import('../features/picture-vectors.ts'),
        import('../models/load.ts'),
        import('../models/weights.ts'),
        import('../images/read.ts'),
        import('../metrics/frechet.ts'),
        import('../metrics/kernel-distance.ts'),
      ])
    const sets = [one, other].map((source) => picturesOf([source]))
    const pack = loadPack(name)
    try {
      const vectors = await openVectors(space as (typeof SPACES)[number], (role) => weightsOf(pack, role))
      try {
        const seen: Float32Array[][] = []
        for (const paths of sets) {
          const own: Float32Array[] = []
          for (const path of paths) own.push(await vectors.of(await readPicture(path)))
          seen.push(own)
        }
        const [a, b] = seen as [Float32Array[], Float32Array[]]
        const kid = kernelDistance(a, b)
        const fid = frechet.frechetDistance(frechet.gaussianOf(a), frechet.gaussianOf(b))
        const numbers = a[0]!.length
        if (Math.min(a.length, b.length) <= numbers)
          say(
            `warning: the Fréchet distance of fewer pictures (${a.length} and ${b.length}) than the vectors have numbers (${numbers}) is too large; the kernel distance is not`,
          )
        if (json)
          return printJson({ space, pictures: [a.length, b.length], fid, kid: kid.value, kidStandardError: kid.error })
        print(`${space}, ${a.length} and ${b.length} pictures`)
        print(`Fréchet distance  ${fid.toPrecision(4)}`)
        print(
          `kernel distance   ${kid.value.toPrecision(4)} [${(kid.value - 1.96 * kid.error).toPrecision(4)}, ${(kid.value + 1.96 * kid.error).toPrecision(4)}]`,
        )
      } finally {
        await vectors.dispose()
      }
    } finally {
      pack.close()
    }
  },
}

// From which layer on the colour encoder's code should replace the shape's (encode.mix): siblings of held-out faces, their skin against
// the photograph's, and their shape against it in gray.
//   npx tsx training/measure-mix.ts --faces DIR [--count 40]

import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { mean } from '../src/compare/bootstrap.ts'
import { encodePortrait } from '../src/encoders/encode.ts'
import { generatorShape } from '../src/generator/stylegan2.ts'
import { Synthesizer } from '../src/generator/synthesis.ts'
import { fromPlanar } from '../src/images/bitmap.ts'
import { toColor, toGray } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { resize } from '../src/images/resample.ts'
import { encodersOf, parserSize, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { referenceConfig } from '../src/methods/rephotograph/reference.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { meanDeltaE } from '../src/metrics/delta-e.ts'
import { ssim } from '../src/metrics/ssim.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { randomStream } from '../src/numbers/random.ts'
import { emulsionGray } from '../src/parsing/histogram.ts'
import { skinMasks } from '../src/parsing/parse-face.ts'
import { heldoutFaces } from './heldout-faces.ts'

const args = await yargs(hideBin(process.argv))
  .option('faces', { type: 'string', demandOption: true, describe: 'Folder with the unpacked archives' })
  .option('count', { type: 'number', default: 40, describe: 'Held-out faces' })
  .option('pack', { type: 'string', default: 'compact' })
  .strict()
  .parse()

const pack = loadPack(args.pack)
const size = pack.generatorSize
const generator = weightsOf(pack, 'stylegan2')
const { latents, noiseSides } = generatorShape(generator)
const synthesizer = await Synthesizer.compile(generator)
const { encode, histogram } = resolveConfig({ sensitivity: 'g' }, settingsOf(pack, 'g'), size)
const classes = histogram.skinClasses ?? referenceConfig(size).histogram.skinClasses
const starts = Array.from({ length: latents - 5 }, (_, i) => i + 3)
const found = new Map(starts.map((start) => [start, { skin: [] as number[], shape: [] as number[] }]))

for (const [i, { file }] of heldoutFaces(args.faces, args.count).any.entries()) {
  const truth = resize(toColor(await readPicture(file)), size, size, 'lanczos')
  const [skin] = await skinMasks(weightsOf(pack, 'bisenet'), [truth], { inputSize: parserSize(pack), classes })
  const random = randomStream(i, 'mix/noise')
  const noise = noiseSides.map((side) => random.normal(side * side))
  for (const start of starts) {
    const mix = [start, latents] as [number, number]
    const { latent } = await encodePortrait(encodersOf(pack, 'g'), emulsionGray(truth, 'g'), { ...encode, mix })
    const { image } = await synthesizer.run(latent, noise)
    const sibling = fromPlanar(image, { channels: 3, height: size, width: size }, 'pm1', 'round')
    found.get(start)!.skin.push(meanDeltaE(sibling, truth, skin))
    found.get(start)!.shape.push(ssim(toGray(sibling), toGray(truth)))
  }
}
await synthesizer.dispose()
console.log('from layer   skin ΔE2000   SSIM in gray')
for (const [start, { skin, shape }] of found)
  console.log(String(start).padStart(10), mean(skin).toFixed(2).padStart(13), mean(shape).toFixed(3).padStart(14))

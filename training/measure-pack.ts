// The numbers of the model card, on photographs kept out of all training, in the runtime that users have:
//   npx tsx training/measure-pack.ts --faces DIR [--limit 250] [--encode 250]
// DIR holds the unpacked pictures; heldout.txt names those that no training saw. Fréchet distances are taken in the space
// of face-api's descriptor, between sets of equal size. Skin is what the pack's parser calls skin in the photograph.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { encodePortrait } from '../src/encoders/encode.ts'
import { faceDescriptor } from '../src/features/face-api.ts'
import { drawLatents, repeated } from '../src/generator/draw-latents.ts'
import { generatorShape } from '../src/generator/stylegan2.ts'
import { Synthesizer } from '../src/generator/synthesis.ts'
import { type Bitmap, fromPlanar } from '../src/images/bitmap.ts'
import { toColor, toGray } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { resize } from '../src/images/resample.ts'
import type { Sensitivity } from '../src/methods/rephotograph/config.ts'
import { encodersOf, parserSize, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { referenceConfig } from '../src/methods/rephotograph/reference.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { cosineSimilarity } from '../src/metrics/cosine.ts'
import { meanDeltaE } from '../src/metrics/delta-e.ts'
import { frechetDistance, gaussianOf } from '../src/metrics/frechet.ts'
import { perceptualMetric } from '../src/metrics/perceptual.ts'
import { ssim } from '../src/metrics/ssim.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { randomStream } from '../src/numbers/random.ts'
import { emulsionGray } from '../src/parsing/histogram.ts'
import { skinMasks } from '../src/parsing/parse-face.ts'

const args = await yargs(hideBin(process.argv))
  .option('faces', { type: 'string', demandOption: true, describe: 'Folder with the unpacked photographs' })
  .option('limit', { type: 'number', default: 250, describe: 'Held-out faces for the Fréchet distance' })
  .option('encode', { type: 'number', default: 250, describe: 'Of them, those that are encoded (some seconds each)' })
  .strict()
  .parse()

const pack = loadPack('compact')
const size = pack.generatorSize
const generator = weightsOf(pack, 'stylegan2')
const { latents, styleDim, noiseSides } = generatorShape(generator)
const synthesizer = await Synthesizer.compile(generator)
const heldout = readFileSync(new URL('heldout.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(0, args.limit)
const seen = new Set(heldout)
const others = ['ffhq', 'celebahq']
  .flatMap((folder) =>
    (existsSync(join(args.faces, folder)) ? readdirSync(join(args.faces, folder)) : []).map((f) => `${folder}/${f}`),
  )
  .filter((name, i) => i % 10 === 5 && !seen.has(name))
  .slice(0, args.limit)
const load = async (name: string): Promise<Bitmap> =>
  resize(toColor(await readPicture(join(args.faces, name))), size, size, 'lanczos')

async function draw(latent: Float32Array, seed: number): Promise<Bitmap> {
  const random = randomStream(seed, 'measure/noise')
  const { image } = await synthesizer.run(
    latent,
    noiseSides.map((r) => random.normal(r * r)),
  )
  return fromPlanar(image, { channels: 3, height: size, width: size }, 'pm1', 'round')
}

const average = repeated(pack.store('w_stats').read('mean'), latents)

// Samples against real faces.
const w = await drawLatents(generator, heldout.length, randomStream(1, 'measure/z'))
const real: Float32Array[] = []
const second: Float32Array[] = []
const samples: Float32Array[] = []
for (const name of heldout) real.push(await faceDescriptor(await load(name)))
for (const name of others) second.push(await faceDescriptor(await load(name)))
for (let i = 0; i < heldout.length; i++)
  samples.push(await faceDescriptor(await draw(repeated(w.subarray(i * styleDim, (i + 1) * styleDim), latents), i)))
const frechet = (a: Float32Array[], b: Float32Array[]): number => frechetDistance(gaussianOf(a), gaussianOf(b))
console.log(
  `Fréchet distance, ${heldout.length} samples to as many held-out photographs: ${frechet(samples, real).toFixed(4)}`,
)
console.log(`  two disjoint sets of photographs: ${frechet(second, real).toFixed(4)}`)

// The shape encoder, on the colour picture and on the gray one that a run gives it.
const distance = await perceptualMetric(weightsOf(pack, 'vgg16'), size)
const rows: Record<string, { perceptual: number[]; ssim: number[]; cosine: number[] }> = {}
async function compare(row: string, x: Bitmap, truth: Bitmap, descriptor: Float32Array): Promise<void> {
  rows[row] ??= { perceptual: [], ssim: [], cosine: [] }
  rows[row].perceptual.push(await distance(x, truth))
  rows[row].ssim.push(ssim(toGray(x), toGray(truth)))
  rows[row].cosine.push(cosineSimilarity(await faceDescriptor(x), descriptor))
}

// The colour encoders: skin of the sibling against skin of the photograph, beside the mean w in the same layers.
const colors: Record<string, { encoder: number[]; mean: number[] }> = {}
const mean = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0) / values.length
const skinClasses =
  resolveConfig({}, settingsOf(pack, 'b'), size).histogram.skinClasses ?? referenceConfig(size).histogram.skinClasses
for (const [i, name] of heldout.slice(0, args.encode).entries()) {
  const truth = await load(name)
  const [skin] = await skinMasks(weightsOf(pack, 'bisenet'), [truth], {
    inputSize: parserSize(pack),
    classes: skinClasses,
  })
  await compare('mean face', await draw(average, i), truth, real[i]!)
  for (const sensitivity of ['b', 'gb', 'g'] as const satisfies readonly Sensitivity[]) {
    const { encode } = resolveConfig({ sensitivity }, settingsOf(pack, sensitivity), size)
    const gray = emulsionGray(truth, sensitivity)
    const encoded = await encodePortrait(encodersOf(pack, sensitivity), gray, encode)
    const withMean = encoded.latent.slice()
    const [start, end] = encode.mix
    for (let layer = start; layer < end; layer++) withMean.set(average.subarray(0, styleDim), layer * styleDim)
    colors[sensitivity] ??= { encoder: [], mean: [] }
    const sibling = await draw(encoded.latent, i)
    colors[sensitivity].encoder.push(meanDeltaE(sibling, truth, skin))
    colors[sensitivity].mean.push(meanDeltaE(await draw(withMean, i), truth, skin))
    if (sensitivity === 'g') await compare('sibling of the gray picture', sibling, truth, real[i]!)
  }
}
console.log('\nreconstruction                 perceptual    SSIM   descriptor cosine')
for (const [row, values] of Object.entries(rows))
  console.log(
    row.padEnd(30),
    mean(values.perceptual).toFixed(3).padStart(8),
    mean(values.ssim).toFixed(3).padStart(8),
    mean(values.cosine).toFixed(3).padStart(10),
  )
console.log('\nskin ΔE2000      colour encoder     mean w')
for (const [row, values] of Object.entries(colors))
  console.log(row.padEnd(14), mean(values.encoder).toFixed(2).padStart(12), mean(values.mean).toFixed(2).padStart(12))
await synthesizer.dispose()

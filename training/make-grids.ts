// The pictures of the model card: samples, and what the encoders and the parser make of held-out faces. The photographs
// themselves are not shown: they are not ours to pass on.
//   npx tsx training/make-grids.ts --faces DIR

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { encodePortrait } from '../src/encoders/encode.ts'
import { drawLatents, repeated } from '../src/generator/draw-latents.ts'
import { generatorShape } from '../src/generator/stylegan2.ts'
import { Synthesizer } from '../src/generator/synthesis.ts'
import { type Bitmap, createBitmap, fromPlanar } from '../src/images/bitmap.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { resize } from '../src/images/resample.ts'
import type { Sensitivity } from '../src/methods/rephotograph/config.ts'
import { encodersOf, parserSize, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { randomStream } from '../src/numbers/random.ts'
import { emulsionGray } from '../src/parsing/histogram.ts'
import { parseFaces } from '../src/parsing/parse-face.ts'

const args = await yargs(hideBin(process.argv)).option('faces', { type: 'string', demandOption: true }).strict().parse()
const pack = loadPack('compact')
const size = pack.generatorSize
const generator = weightsOf(pack, 'stylegan2')
const { latents, styleDim, noiseSides } = generatorShape(generator)
const synthesizer = await Synthesizer.compile(generator)
const folder = new URL('../models/compact/', import.meta.url).pathname

async function draw(latent: Float32Array, seed: number): Promise<Bitmap> {
  const random = randomStream(seed, 'grids/noise')
  const noise = noiseSides.map((r) => random.normal(r * r))
  const { image } = await synthesizer.run(latent, noise)
  return fromPlanar(image, { channels: 3, height: size, width: size }, 'pm1', 'round')
}

async function grid(file: string, rows: readonly (readonly Bitmap[])[]): Promise<void> {
  const cells = rows.flatMap((row, y) =>
    row.map((bitmap, x) => ({
      input: Buffer.from(bitmap.data),
      raw: { width: bitmap.width, height: bitmap.height, channels: bitmap.channels },
      left: x * size,
      top: y * size,
    })),
  )
  const background = { r: 0, g: 0, b: 0 }
  await sharp({ create: { width: rows[0]!.length * size, height: rows.length * size, channels: 3, background } })
    .composite(cells)
    .jpeg({ quality: 85 })
    .toFile(folder + file)
}

// Samples, untruncated and unchosen.
const count = 32
const w = await drawLatents(generator, count, randomStream(7, 'grids/z'))
const samples: Bitmap[] = []
for (let i = 0; i < count; i++)
  samples.push(await draw(repeated(w.subarray(i * styleDim, (i + 1) * styleDim), latents), i))
await grid(
  'samples.jpg',
  [0, 8, 16, 24].map((start) => samples.slice(start, start + 8)),
)

// Siblings of held-out faces seen through each film: shape from gray, colours guessed.
const heldout = readFileSync(new URL('heldout.txt', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const faces = await Promise.all(
  Array.from({ length: 8 }, async (_, i) => {
    const picture = await readPicture(join(args.faces, heldout[i * 31 + 4]!))
    return resize(toColor(picture), size, size, 'lanczos')
  }),
)
const siblings: Bitmap[][] = []
for (const sensitivity of ['b', 'gb', 'g'] as const satisfies readonly Sensitivity[]) {
  const { encode } = resolveConfig({ sensitivity }, settingsOf(pack, sensitivity), size)
  const row: Bitmap[] = []
  for (const [i, face] of faces.entries()) {
    const gray = emulsionGray(face, sensitivity)
    row.push(await draw((await encodePortrait(encodersOf(pack, sensitivity), gray, encode)).latent, i))
  }
  siblings.push(row)
}
await grid('siblings.jpg', siblings)

// Parsings: one colour for each class, of the held-out faces and of samples.
const side = parserSize(pack)
const palette = (label: number): readonly [number, number, number] =>
  label === 0 ? [0, 0, 0] : [(label * 67) % 256, (label * 151 + 80) % 256, (label * 211 + 160) % 256]
const painted = (labels: Uint8Array): Bitmap => {
  const bitmap = createBitmap(side, side, 3)
  labels.forEach((label, i) => {
    bitmap.data.set(palette(label), 3 * i)
  })
  return resize(bitmap, size, size, 'box')
}
const parsed = async (bitmaps: readonly Bitmap[]): Promise<Bitmap[]> =>
  (await parseFaces(weightsOf(pack, 'bisenet'), bitmaps, { inputSize: side })).map(painted)
await grid('parsings.jpg', [await parsed(faces), samples.slice(0, 8), await parsed(samples.slice(0, 8))])
await synthesizer.dispose()

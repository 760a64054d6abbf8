// Makes examples/: three "antique portraits" of people who do not exist, from samples of the compact generator through
// the degradation with known parameters, with the truth beside each.
//   npx tsx training/make-examples.ts [--seeds 40,27,69]

import { mkdirSync } from 'node:fs'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { degradationStages, degrade } from '../src/degrade/degrade.ts'
import type { Sensitivity } from '../src/degrade/spectral.ts'
import { runOnce } from '../src/engine/executable.ts'
import { generatorShape, mapping, synthesize } from '../src/generator/stylegan2.ts'
import { add, clamp, mul, sub } from '../src/graph/elementwise.ts'
import { expand, reshape } from '../src/graph/layout.ts'
import { input } from '../src/graph/tensor.ts'
import { fromPlanar } from '../src/images/bitmap.ts'
import { toGray } from '../src/images/gray.ts'
import { writePicture } from '../src/images/write.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { randomStream } from '../src/numbers/random.ts'
import { writeText } from '../src/run/folder.ts'

const recipes: readonly {
  sensitivity: Sensitivity
  radius: number
  gamma: number
  offset: number
  gain: number
  grain: number
}[] = [
  { sensitivity: 'b', radius: 0.75, gamma: 0.85, offset: 0.04, gain: 0.92, grain: 0.012 },
  { sensitivity: 'gb', radius: 0.6, gamma: 1.15, offset: 0.02, gain: 0.95, grain: 0.012 },
  { sensitivity: 'g', radius: 0.9, gamma: 0.95, offset: 0.06, gain: 0.85, grain: 0.018 },
]

const args = await yargs(hideBin(process.argv))
  .option('seeds', { type: 'string', default: '40,27,69', describe: 'One seed for each of the three portraits.' })
  .option('psi', {
    type: 'number',
    default: 0.65,
    describe: 'Truncation: how far from the mean face a sample may lie.',
  })
  .strict()
  .parse()
const seeds = args.seeds.split(',').map(Number)

const folder = new URL('../examples/', import.meta.url).pathname
mkdirSync(folder, { recursive: true })
const pack = loadPack('compact')
const generator = weightsOf(pack, 'stylegan2')
const { size, latents, styleDim, noiseSides } = generatorShape(generator)
const average = weightsOf(pack, 'w_stats').get('mean')

for (const [i, recipe] of recipes.entries()) {
  const { sensitivity, radius, grain, ...response } = recipe
  const random = randomStream(seeds[i]!, 'example')
  const z = input('z', [1, styleDim])
  const w = add(mul(sub(mapping(generator, z), average), args.psi), average)
  const noise = noiseSides.map((r, j) => input(`noise/${j}`, [1, 1, r, r]))
  const latent = expand(reshape(w, [1, 1, styleDim]), [1, latents, styleDim])
  const truth = clamp(synthesize(generator, latent, noise).image, -1, 1)
  const stages = degradationStages({
    blur: { radius, kernel: 'reference', unit: 'pixels' },
    spectral: { sensitivity },
    response: { learn: false, ...response },
  })
  const camera = Object.fromEntries(Object.keys(response).map((name) => [`response.${name}`, input(name, [1])]))
  const old = add(degrade(stages, truth, camera), mul(input('grain', [1, 1, size, size]), 2 * grain))
  const feeds = {
    z: random.normal(styleDim),
    grain: random.normal(size * size),
    ...Object.fromEntries(Object.entries(response).map(([name, value]) => [name, [value]])),
    ...Object.fromEntries(noiseSides.map((r, j) => [`noise/${j}`, random.normal(r * r)])),
  }
  const out = await runOnce({ truth, old }, feeds)
  const shape = { channels: 3, height: size, width: size } as const
  const name = `antique-${sensitivity}`
  await writePicture(`${folder}${name}.png`, toGray(fromPlanar(out.old!, shape, 'pm1', 'round')))
  await writePicture(`${folder}${name}.truth.png`, fromPlanar(out.truth!, shape, 'pm1', 'round'))
  const facts = {
    synthetic: 'A face that does not exist, drawn by the generator of the compact pack and made to look old.',
    seed: seeds[i],
    truncation: args.psi,
    ...recipe,
    blurRadiusUnit: `pixels of ${size}`,
    grainUnit: 'standard deviation, in parts of the range from black to white',
    licence: 'non-commercial research use, as the pack',
  }
  writeText(`${folder}${name}.json`, `${JSON.stringify(facts, null, 2)}\n`)
}

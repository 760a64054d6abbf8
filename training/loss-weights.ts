// Chooses a pack's loss weights by the ratio of gradient norms: at points near the start of a run each term should pull
// at the latent (the noise term: at the noise maps) with its share of the face term's pull.
//   npx tsx training/loss-weights.ts [--pack compact] [--faces 6] [--write]     # --write: into pack-settings.json5

import { readFileSync } from 'node:fs'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { degradationStages, degrade } from '../src/degrade/degrade.ts'
import { encodePortrait } from '../src/encoders/encode.ts'
import { Executable, runOnce } from '../src/engine/executable.ts'
import { drawLatents, repeated } from '../src/generator/draw-latents.ts'
import { generatorShape } from '../src/generator/stylegan2.ts'
import { Synthesizer } from '../src/generator/synthesis.ts'
import { gradients } from '../src/graph/gradients.ts'
import { input } from '../src/graph/tensor.ts'
import { fromPlanar, toPlanar } from '../src/images/bitmap.ts'
import { toColor, toGray } from '../src/images/gray.ts'
import { encodersOf, networkOf, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { objectiveOf } from '../src/methods/rephotograph/objective-of.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { randomStream } from '../src/numbers/random.ts'
import { writeText } from '../src/run/folder.ts'

/** Pull of each term on what it acts on, as a share of the face term's. */
const shares: Record<string, number> = { face: 1, eye: 0.3, contextual: 0.3, colorTransfer: 0.5, noise: 0.5 }

/** Weights with reasons of their own, which pack-settings.json5 says: --write leaves them. */
const byHand = new Set(['noise'])

const args = await yargs(hideBin(process.argv))
  .option('pack', { type: 'string', default: 'compact' })
  .option('faces', { type: 'number', default: 6 })
  .option('write', { type: 'boolean', default: false, describe: 'Write the weights into pack-settings.json5' })
  .strict()
  .parse()

const pack = loadPack(args.pack)
const size = pack.generatorSize
const config = resolveConfig({}, settingsOf(pack, 'b'), size)
for (const term of Object.values(config.losses)) term.weight = Math.max(term.weight, 1e-12)
const network = networkOf(pack)
const { latents, styleDim, noiseSides } = generatorShape(network('stylegan2'))
const objective = objectiveOf({
  network,
  degradation: config.degradation,
  losses: config.losses,
  optimize: config.optimize,
  target: { side: { height: size, width: size } },
})
const names = Object.keys(objective.terms)
const learned = [objective.latent, ...objective.noise, ...Object.values(objective.camera).map((c) => c.tensor)]
const outputs = Object.fromEntries(
  names.flatMap((name) => gradients(objective.terms[name]!.loss, learned).map((g, i) => [`pull/${name}/${i}`, g])),
)
const losses = Object.fromEntries(names.map((name) => [`loss/${name}`, objective.terms[name]!.loss]))
const step = await Executable.compile({ outputs: { ...outputs, ...losses } })
const prepare = await Executable.compile({ outputs: objective.prepared })
const synthesizer = await Synthesizer.compile(network('stylegan2'))
const w = await drawLatents(weightsOf(pack, 'stylegan2'), args.faces, randomStream(0, 'loss-weights'))
const stages = degradationStages({ blur: config.degradation.blur!, spectral: { sensitivity: 'b' } })
const picture = input('picture', [1, 3, size, size])
const film = degrade(stages, picture, {})

const pulls: Record<string, { latent: number[]; noise: number[]; loss: number[] }> = {}
for (let face = 0; face < args.faces; face++) {
  const random = randomStream(0, 'loss-weights/face', face)
  const truth = repeated(w.subarray(face * styleDim, (face + 1) * styleDim), latents)
  const drawNoise = (): Float32Array[] => noiseSides.map((r) => random.normal(r * r))
  const { image } = await synthesizer.run(truth, drawNoise())
  const old = (await runOnce({ film }, { picture: image })).film!
  const gray = toGray(fromPlanar(old, { channels: 3, height: size, width: size }, 'pm1', 'round'))
  const encoded = await encodePortrait(encodersOf(pack, 'b'), gray, config.encode)
  const noise = drawNoise()
  const sibling = await synthesizer.run(encoded.latent, noise)
  const given: Record<string, Float32Array> = { target: toPlanar(toColor(gray), 'pm1') }
  for (const which of ['first', 'fresh']) {
    given[`${which}/image`] = sibling.image
    sibling.rgbs.forEach((rgb, i) => {
      given[`${which}/rgb${i}`] = rgb
    })
  }
  // A little away from the sibling, where every term has a slope.
  const spread = 0.2 * deviation(encoded.latent)
  const moved = Float32Array.from(random.normal(encoded.latent.length), (x, i) => encoded.latent[i]! + spread * x)
  const optimized = objective.latent.shape[1]! * styleDim
  const out = await step.run({
    ...(await prepare.run(given)),
    ...Object.fromEntries(objective.draws.map(({ name, sample }) => [name, sample(random)])),
    latent: moved.subarray(0, optimized),
    ...(objective.latentRest && { 'latent/rest': moved.subarray(optimized) }),
    ...Object.fromEntries(noise.map((map, i) => [`noise/${i}`, map])),
    ...Object.fromEntries(Object.entries(objective.camera).map(([n, c]) => [`camera/${n}`, [...c.parameter.start]])),
  })
  for (const name of names) {
    pulls[name] ??= { latent: [], noise: [], loss: [] }
    const pull = pulls[name]
    pull.latent.push(norm([out[`pull/${name}/0`]!]))
    pull.noise.push(norm(noise.map((_, i) => out[`pull/${name}/${i + 1}`]!)))
    pull.loss.push(out[`loss/${name}`]![0]!)
  }
}
await Promise.all([step.dispose(), prepare.dispose(), synthesizer.dispose()])

const found: Record<string, number> = {}
console.log('term            loss   pull on latent   pull on noise   weight for its share')
const facePull = pulls.face!
for (const name of names) {
  const { latent, noise, loss } = pulls[name]!
  const on = name === 'noise' ? 'noise' : 'latent'
  const weight = ((shares[name] ?? 0.3) * median(facePull[on])) / median(pulls[name]![on])
  found[name] = weight
  const columns = [median(loss), median(latent), median(noise), weight].map((v) => v.toPrecision(3).padStart(14))
  console.log(name.padEnd(14), ...columns)
}

if (args.write) {
  const path = new URL('pack-settings.json5', import.meta.url)
  const settings = readFileSync(path, 'utf8').replace(
    /^(\s+(\w+): \{ weight: )[\d.e+-]+/gmu,
    (line, before: string, name: string) =>
      name in found && !byHand.has(name) ? before + Number(found[name]!.toPrecision(2)) : line,
  )
  writeText(path.pathname, settings)
}

function norm(arrays: readonly Float32Array[]): number {
  return Math.sqrt(arrays.reduce((total, a) => total + a.reduce((t, v) => t + v * v, 0), 0))
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  return Math.sqrt(values.reduce((total, v) => total + (v - mean) ** 2, 0) / values.length)
}

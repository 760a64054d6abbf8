// What half precision would cost in accuracy: the losses of the full objective at 512 px and their gradients, with the
// operands and results of every convolution and matrix product rounded, against those in single precision. On the CPU,
// which computes them in single precision: errors of the rounding alone.
//   node --import tsx bench/half-precision.ts

import { Executable } from '../src/engine/executable.ts'
import type { Feeds } from '../src/engine/values.ts'
import { Synthesizer } from '../src/generator/synthesis.ts'
import { ancestors, gradients } from '../src/graph/gradients.ts'
import { rewrite, withInputs } from '../src/graph/rewrite.ts'
import { sizeOf } from '../src/graph/shape.ts'
import { node, type Tensor } from '../src/graph/tensor.ts'
import type { Objective } from '../src/methods/rephotograph/objective.ts'
import { objectiveOf } from '../src/methods/rephotograph/objective-of.ts'
import type { OptimizeOptions } from '../src/methods/rephotograph/options.ts'
import { randomStream } from '../src/numbers/random.ts'
import { formulaValues } from '../test/support/formula.ts'
import { fullSizeOptions } from './workloads.ts'

/** ONNX's numbers of the types. */
const types = { float32: 1, float16: 10, bfloat16: 16 }

const options = fullSizeOptions(512)
const objective = objectiveOf(options)
const learned: Record<string, Tensor> = {
  latent: objective.latent,
  ...Object.fromEntries(objective.noise.map((map, i) => [`noise/${i}`, map])),
  ...Object.fromEntries(Object.entries(objective.camera).map(([name, { tensor }]) => [name, tensor])),
}
const slopes = gradients(objective.total, Object.values(learned))
const outputs: Record<string, Tensor> = { total: objective.total }
for (const [name, { loss }] of Object.entries(objective.terms)) outputs[name] = loss
Object.keys(learned).forEach((name, i) => {
  outputs[`d total/d ${name}`] = slopes[i]!
})
const feeds = await feedsOf(objective, options)

const exact = await computed(outputs)
for (const [title, result] of [
  ['operands and results in half precision (sums in single)', types.float16],
  ['operands in half precision, results in bfloat16 (sums in half are worse)', types.bfloat16],
] as const) {
  const rounds = rewrite(Object.values(outputs), (t) => (isHeavy(t) ? rounded(inHalf(t), result) : t))
  const got = await computed(Object.fromEntries(Object.entries(outputs).map(([name, t]) => [name, rounds.get(t)!])))
  console.log(title)
  for (const name of Object.keys(outputs)) console.log(`  ${name.padEnd(32)} ${difference(got[name]!, exact[name]!)}`)
}

function isHeavy({ op }: Tensor): boolean {
  return op === 'Conv' || op === 'ConvTranspose' || op === 'MatMul'
}

function inHalf(t: Tensor): Tensor {
  return withInputs(
    t,
    t.inputs.map((operand) => rounded(operand, types.float16)),
  )
}

function rounded(t: Tensor, type: number): Tensor {
  const short = node({ op: 'Cast', inputs: [t], shape: t.shape, attributes: { to: type } })
  return node({ op: 'Cast', inputs: [short], shape: t.shape, attributes: { to: types.float32 } })
}

async function computed(wanted: Record<string, Tensor>): Promise<Record<string, Float32Array>> {
  const executable = await Executable.compile({ outputs: wanted })
  try {
    return await executable.run(feeds)
  } finally {
    await executable.dispose()
  }
}

/** Norm of the difference over the norm, and the cosine between them. */
function difference(got: Float32Array, expected: Float32Array): string {
  let [apart, norm, dot, other] = [0, 0, 0, 0]
  expected.forEach((value, i) => {
    apart += (got[i]! - value) ** 2
    norm += value ** 2
    dot += got[i]! * value
    other += got[i]! ** 2
  })
  const cosine = expected.length > 1 ? `, cosine ${(dot / Math.sqrt(norm * other)).toFixed(4)}` : ''
  return `${Math.sqrt(apart / norm).toExponential(1)}${cosine}`
}

/** Mid-run: the codes a little off those of the sibling, the camera where it begins. */
async function feedsOf(
  { prepared, draws, terms, camera, total }: Objective,
  { network, start, target }: OptimizeOptions,
): Promise<Feeds> {
  const synthesizer = await Synthesizer.compile(network('stylegan2'))
  const sibling = await synthesizer.run(start.latent, start.noise)
  await synthesizer.dispose()
  const given: Record<string, Float32Array> = { target: target.data }
  for (const which of ['first', 'fresh']) {
    given[`${which}/image`] = sibling.image
    sibling.rgbs.forEach((rgb, i) => {
      given[`${which}/rgb${i}`] = rgb
    })
  }
  const prepare = await Executable.compile({ outputs: prepared })
  const known: Record<string, Float32Array | number[]> = await prepare.run(given)
  await prepare.dispose()
  const shift = formulaValues('shift', start.latent.length)
  const moved = start.latent.map((v, i) => v + 0.1 * shift[i]!)
  start.noise.forEach((map, i) => {
    known[`noise/${i}`] = map
  })
  for (const [name, { weight }] of Object.entries(terms)) known[`weight/${name}`] = [weight]
  for (const [name, { parameter }] of Object.entries(camera)) known[`camera/${name}`] = [...parameter.start]
  const random = randomStream(0, 'half-precision')
  for (const { name, sample } of draws) known[name] = sample(random)
  for (const t of ancestors([total])) {
    if (t.name === 'latent') known.latent = moved.slice(0, sizeOf(t.shape))
    if (t.name === 'latent/rest') known['latent/rest'] = moved.slice(-sizeOf(t.shape))
  }
  return known
}

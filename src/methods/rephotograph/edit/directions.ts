/**
 * Directions in the generator's latents along which a face becomes older, smiles or turns (Shen et al. 2020, InterFaceGAN), learned from
 * the generator's own samples: face-api scores them, ridge regression finds what of w tells the score. The regression is in the
 * whitened latents, where all directions are equally likely; what comes of it is the step that costs the prior least. Each is made
 * orthogonal to the others' regressions, so that who grows older does not turn or smile on the way.
 */
import { type FaceScores, faceScores, type ScoreName, scoreNames } from '../../../features/face-scores.ts'
import { drawLatents, repeated } from '../../../generator/draw-latents.ts'
import { Synthesizer } from '../../../generator/synthesis.ts'
import { weightsOf } from '../../../models/weights.ts'
import { randomStream } from '../../../numbers/random.ts'
import { ridge } from '../../../numbers/ridge.ts'
import type { Whitening } from '../../../numbers/whitening.ts'
import { bitmapOf } from '../generated.ts'
import { latentPrior } from '../prior.ts'
import type { Setting } from '../setting.ts'

export interface Direction {
  /** A step of one deviation of the prior: [styleDim]. */
  readonly step: Float32Array
  /** How much the score changes with a step, by the regression. */
  readonly perStep: number
  /** How much of the score's variance w tells, of samples kept aside. */
  readonly r2: number
}

export type Directions = Readonly<Record<ScoreName, Direction>>

/** Samples that are scored. */
export const SAMPLES = 2000

const BATCH = 64

/** @param onSample hears how many samples were scored */
export async function learnDirections(
  setting: Setting,
  onSample: (done: number) => void = () => {},
): Promise<Directions> {
  const { compute, pack, shape } = setting
  const prior = await latentPrior(pack, compute.options)
  const generator = weightsOf(pack, 'stylegan2')
  const synthesizer = await Synthesizer.compile(generator, compute.options)
  const noise = shape.noiseSides.map((side, i) => randomStream(0, `directions/${i}`).normal(side * side))
  const features = new Float64Array(SAMPLES * shape.styleDim)
  const scores: FaceScores[] = []
  try {
    for (let begin = 0; begin < SAMPLES; begin += BATCH) {
      const w = await drawLatents(generator, BATCH, randomStream(0, 'directions', begin), compute.options)
      for (let i = 0; i < Math.min(BATCH, SAMPLES - begin); i++) {
        const row = w.subarray(i * shape.styleDim, (i + 1) * shape.styleDim)
        features.set(whitened(row, prior), (begin + i) * shape.styleDim)
        const { image } = await synthesizer.run(repeated(row, shape.latents), noise)
        scores.push(await faceScores(bitmapOf(image, shape.size, 'round')))
        onSample(begin + i + 1)
      }
    }
  } finally {
    await synthesizer.dispose()
  }
  return directionsOf(features, scores, prior)
}

/** The directions that scored samples tell. @param features whitened latents, row by row */
export function directionsOf(features: Float64Array, scores: readonly FaceScores[], prior: Whitening): Directions {
  const n = prior.dimension
  const fits = new Map(
    scoreNames.map((name) => [
      name,
      ridge(
        features,
        Float64Array.from(scores, (score) => score[name]),
        n,
      ),
    ]),
  )
  const found = scoreNames.map((name): [ScoreName, Direction] => {
    const { weights, r2 } = fits.get(name)!
    const others = scoreNames.flatMap((other) => (other === name ? [] : [fits.get(other)!.weights]))
    const direction = unit(orthogonalTo(weights, others))
    return [name, { step: Float32Array.from(unwhitened(direction, prior)), perStep: inner(direction, weights), r2 }]
  })
  return Object.fromEntries(found) as Directions
}

/** M·(w − mean) */
function whitened(w: Float32Array, { mean, matrix, dimension: n }: Whitening): Float64Array {
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) out[i]! += matrix[i * n + j]! * (w[j]! - mean[j]!)
  return out
}

/** M⁻¹·u, by forward substitution. */
function unwhitened(u: Float64Array, { matrix, dimension: n }: Whitening): Float64Array {
  const out = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let rest = u[i]!
    for (let j = 0; j < i; j++) rest -= matrix[i * n + j]! * out[j]!
    out[i] = rest / matrix[i * n + i]!
  }
  return out
}

/** What of a is orthogonal to all of `others` (Gram–Schmidt). */
function orthogonalTo(a: Float64Array, others: readonly Float64Array[]): Float64Array {
  const basis: Float64Array[] = []
  for (const other of others) basis.push(unit(without(other, basis)))
  return without(a, basis)
}

function without(a: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const out = a.slice()
  for (const b of basis) {
    const share = inner(out, b)
    for (let i = 0; i < out.length; i++) out[i]! -= share * b[i]!
  }
  return out
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, v, i) => sum + v * b[i]!, 0)
}

function unit(a: Float64Array): Float64Array {
  const length = Math.sqrt(inner(a, a))
  return length > 0 ? a.map((v) => v / length) : a
}

/**
 * A style's numbers fitted through the frozen transformer: it has a hundred numbers where the picture has hundreds of thousands, so a few
 * steps of Adam bring what the predictor guesses nearer, or find it without one.
 */

import type { CompileOptions } from '../../engine/executable.ts'
import { reshape } from '../../graph/layout.ts'
import { input } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import { type Bitmap, toPlanar } from '../../images/bitmap.ts'
import { descend } from '../../optimize/descent.ts'
import type { Problem } from '../../optimize/problem.ts'
import { stylized } from '../../styles/transformer.ts'
import { contentDifference, lookedAt, type Seen, styleDistance } from './look.ts'
import type { FastStyleConfig } from './schema.ts'

export interface FitOptions {
  readonly transformer: Weights
  /** The network that looks. */
  readonly looking: Weights
  readonly fit: FastStyleConfig['fit'] & { readonly steps: number }
  /** Where the numbers begin. */
  readonly start: Float32Array
  readonly compile: CompileOptions
  readonly signal?: AbortSignal | undefined
  /** Heard after every step, with what is minimised before it. */
  readonly onStep?: (step: number, total: number) => void
}

/** @param content,style sides multiples of 4; @returns the numbers, and what was minimised at the start and before the last step */
export async function fittedVector(
  content: Bitmap,
  style: Bitmap,
  { transformer, looking, fit, start, compile, signal, onStep }: FitOptions,
): Promise<{ vector: Float32Array; first: number; last: number }> {
  const [first, last] = [{ total: Number.NaN }, { total: Number.NaN }]
  const { snapshot } = await descend(
    {
      problem: fitProblem(transformer, looking, content, style, start.length, fit.styleWeight),
      steps: [fit.steps],
      seed: 0,
      start: { vector: start },
      feeds: () => ({ lr: [fit.lr] }),
      told: [],
      given: async () => ({ content: toPlanar(content, '01'), style: toPlanar(style, '01') }),
    },
    { optimizer: { name: 'adam', betas: [0.9, 0.99], eps: 1e-8 }, compile },
    {
      onStep: ({ step, total }) => {
        if (step === 0) first.total = total
        last.total = total
        onStep?.(step + 1, total)
      },
    },
    signal,
  )
  return { vector: snapshot.tensors.vector!.data, first: first.total, last: last.total }
}

/** Learned: "vector". Fed: "lr". Given once: "content" and "style", pictures. */
export function fitProblem(
  transformer: Weights,
  looking: Weights,
  { width, height }: Pick<Bitmap, 'width' | 'height'>,
  style: Pick<Bitmap, 'width' | 'height'>,
  length: number,
  styleWeight: number,
): Problem {
  const vector = input('vector', [1, length])
  const content = input('content', [1, 3, height, width])
  const held = { content: input('held/content', content.shape) }
  const wanted = lookedAt(looking, input('style', [1, 3, style.height, style.width]))
  const shown = lookedAt(looking, content)
  const grams = wanted.grams.map((gram, i) => [`target/gram/${i}`, gram] as const)
  const prepared = {
    'held/content': reshape(content, content.shape),
    'target/content': shown.content,
    ...Object.fromEntries(grams),
  }
  const targets: Seen = {
    grams: grams.map(([name, gram]) => input(name, gram.shape)),
    content: input('target/content', shown.content.shape),
  }
  const seen = lookedAt(looking, stylized(transformer, held.content, vector))
  return {
    name: 'style vector',
    variables: { vector: { tensor: vector, rate: input('lr', [1]) } },
    terms: {
      content: { loss: contentDifference(seen, targets), weight: 1 },
      style: { loss: styleDistance(seen, targets), weight: styleWeight },
    },
    views: {},
    draws: [],
    held: {
      'held/content': held.content,
      'target/content': targets.content,
      ...Object.fromEntries(targets.grams.map((gram, i) => [`target/gram/${i}`, gram])),
    },
    prepared,
  }
}

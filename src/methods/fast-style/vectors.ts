/** The numbers of styles: predicted, fitted, mixed with each other and with those of the content. */
import { ConfigError } from '../../config/errors.ts'
import { runOnce } from '../../engine/executable.ts'
import { input } from '../../graph/tensor.ts'
import { type Bitmap, toPlanar } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import { weightsOf } from '../../models/weights.ts'
import { styleVector } from '../../styles/predictor.ts'
import { TRANSFORMER_MULTIPLE } from '../../styles/transformer.ts'
import { fittedVector } from './fit.ts'
import type { Setting } from './setting.ts'

/** Steps of a fit where nothing predicts and nobody says how many. */
const USUAL_STEPS = 150

/** How many steps each style is fitted by. */
export function fitSteps({ config, networks }: Pick<Setting, 'config' | 'networks'>): number {
  if (!networks.transformer) return 0
  return config.fit.steps ?? (networks.predictor ? 0 : USUAL_STEPS)
}

export interface VectorOptions {
  readonly signal?: AbortSignal | undefined
  readonly onStep?: (style: number, step: number, total: number) => void
  readonly onNote?: (note: string) => void
}

/** The numbers of each style, for this content. @throws ConfigError where a fit is asked for that the pack has no network for */
export async function vectorsOf(
  setting: Setting,
  content: Bitmap,
  styles: readonly Bitmap[],
  { signal, onStep, onNote }: VectorOptions = {},
): Promise<Float32Array[]> {
  const { config, pack, looking: lookingPack, networks, compute } = setting
  const steps = fitSteps(setting)
  const { transformer, predictor } = networks
  const starts: Float32Array[] = []
  for (const style of styles)
    starts.push(predictor ? await predicted(setting, style) : new Float32Array(transformer!.length))
  if (steps === 0) return starts
  if (!lookingPack)
    throw new ConfigError(`expected a pack with "vgg19_style" to fit styles by, found none in ${pack.pack.name}`, {
      path: 'fit.steps',
    })
  const looking = weightsOf(lookingPack, 'vgg19_style')
  const shown = fitSized(content, config.fit.side)
  const fitted: Float32Array[] = []
  for (const [i, style] of styles.entries()) {
    if (signal?.aborted) return starts
    const { vector, first, last } = await fittedVector(shown, fitSized(style, config.fit.side), {
      ...{ transformer: transformer!.weights, looking, fit: { ...config.fit, steps }, start: starts[i]! },
      ...{ compile: compute.options, signal, onStep: (step: number, total: number) => onStep?.(i, step, total) },
    })
    onNote?.(`style ${i + 1} fitted: from ${first.toPrecision(4)} to ${last.toPrecision(4)} in ${steps} steps`)
    fitted.push(vector)
  }
  return fitted
}

/** What the predictor tells of a picture, brought to its square as Magenta brings it. */
export async function predicted({ networks, compute }: Setting, picture: Bitmap): Promise<Float32Array> {
  const { weights, side } = networks.predictor!
  const square = resize(toColor(picture), side, side, 'bilinear')
  const x = input('x', [1, 3, side, side])
  const { vector } = await runOnce({ vector: styleVector(weights, x) }, { x: toPlanar(square, '01') }, compute.options)
  return vector!
}

/** Σ weight·vector / Σ weight. */
export function mixedVector(vectors: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return vectors[0]!.map((_, k) => vectors.reduce((sum, vector, i) => sum + (weights[i]! / total) * vector[k]!, 0))
}

/** A picture with a longer side and sides that the transformer takes; nothing is enlarged. */
function fitSized(picture: Bitmap, longest: number): Bitmap {
  const factor = Math.min(1, longest / Math.max(picture.width, picture.height))
  const sized = (side: number) => Math.max(8, Math.round((side * factor) / TRANSFORMER_MULTIPLE)) * TRANSFORMER_MULTIPLE
  return resize(toColor(picture), sized(picture.width), sized(picture.height), 'lanczos')
}

// What the generators of pix2pix and CycleGAN are made of: a convolution and the norm behind it, by what their file holds.

import type { TensorSource } from '../checkpoint/value.ts'
import { add, mul } from '../graph/elementwise.ts'
import { reshape } from '../graph/layout.ts'
import { batchNorm, instanceNorm } from '../graph/normalize.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Expected, matchTemplate, norm, type Side, type Tensors } from '../networks/template.ts'
import type { Recognised } from './recognised.ts'

/** Whose statistics a batch norm takes: those of its training, or the picture's, as pix2pix itself does unless told `--eval`. */
export type Statistics = 'stored' | 'picture'

/** Batch norm where the file has one, else instance norm without parameters. */
export function normalized(x: Tensor, weights: Weights, statistics: Statistics): Tensor {
  const at = weights.at('norm')
  if (!at.has('weight')) return instanceNorm(x)
  if (statistics === 'stored') return batchNorm(x, at)
  const channel = (key: string) => reshape(at.get(key), [1, x.shape[1]!, 1, 1])
  return add(mul(instanceNorm(x), channel('weight')), channel('bias'))
}

/** The bias of a convolution, where it has one. */
export function biasOf(weights: Weights): Tensor | undefined {
  return weights.has('bias') ? weights.get('bias') : undefined
}

/** A layer of a network in the names of a file. */
export interface Place {
  /** Our name. */
  readonly name: string
  readonly conv: string
  /** Of the kernel; [in, out, k, k] where it is transposed. */
  readonly shape: readonly Side[]
  readonly transposed?: boolean
  /** Where the norm behind it would be; undefined where nothing follows. */
  readonly norm?: string
  /** Whether it must have a bias. */
  readonly bias?: true
}

/** Layers found in a file. */
interface Layers extends Omit<Recognised, 'title'> {
  /** What the letters of the shapes stand for. */
  readonly sides: ReadonlyMap<string, number>
}

/** The same places in a file that has our names already. */
export function inOurNames(places: readonly Place[]): Place[] {
  return places.map((place) => ({ ...place, conv: place.name, ...(place.norm && { norm: `${place.name}.norm` }) }))
}

/**
 * The layers of a file under our names: `<name>.weight`, `<name>.bias`, `<name>.norm.*`.
 * @throws NetworkError where one is missing or of another shape
 */
export function layersOf(what: string, tensors: Tensors, places: readonly Place[]): Layers {
  const named = new Map<string, TensorSource>()
  const template: Expected[] = []
  let dropped = false
  for (const { name, conv, shape, transposed, bias, norm: at } of places) {
    const outputs = shape[transposed ? 1 : 0]!
    template.push({ key: `${name}.weight`, shape }, { key: `${name}.bias`, shape: [outputs], optional: bias !== true })
    take(named, tensors, conv, name)
    if (at === undefined) continue
    if (tensors.has(`${at}.weight`)) {
      take(named, tensors, at, `${name}.norm`)
      template.push(...norm(`${name}.norm`, outputs))
    } else dropped ||= tensors.has(`${at}.running_mean`)
  }
  const { tensors: matched, sides } = matchTemplate(what, named, template)
  return { tensors: matched, sides, notes: dropped ? [DROPPED] : [] }
}

function take(named: Map<string, TensorSource>, tensors: Tensors, from: string, to: string): void {
  for (const part of ['weight', 'bias', 'running_mean', 'running_var']) {
    const tensor = tensors.get(`${from}.${part}`)
    if (tensor) named.set(`${to}.${part}`, tensor)
  }
}

const DROPPED =
  'running statistics of instance norms, which older versions of PyTorch saved and nothing uses, were left out'

// A generator whose synthesis weights are learned (pivotal tuning; Roich et al. 2021): each is an input of the graph instead of a
// constant. The mapping network stays what it is, and with it the space of latents.
import { input, type Tensor } from '../../../graph/tensor.ts'
import { Weights } from '../../../graph/weights.ts'
import type { ArrayTensors } from '../../../optimize/problem.ts'

/** Under this the weights stand in states and in final.safetensors: "generator/convs.0.conv.weight". */
export const TUNED = 'generator/'

export interface TunableGenerator {
  readonly weights: Weights
  /** The learned ones by their names in the graph. */
  readonly tensors: Readonly<Record<string, Tensor>>
}

/** The graph of a generator with its synthesis weights as inputs "generator/<key>". */
export function tunableGenerator(base: Weights): TunableGenerator {
  const made = new Map(tunedKeys(base).map((key) => [key, input(TUNED + key, base.shape(key))]))
  return {
    weights: new Weights(base, 'stylegan2', '', new Map(made)),
    tensors: Object.fromEntries([...made].map(([key, tensor]) => [TUNED + key, tensor])),
  }
}

/** Where tuning begins: the numbers of the pack, by the names of `tunableGenerator`. */
export function generatorStart(base: Weights): Record<string, Float32Array> {
  return Object.fromEntries(tunedKeys(base).map((key) => [TUNED + key, base.read(key)]))
}

/** What a state or a file of codes has of a tuned generator; undefined where it has none of its own. */
export function tunedIn(tensors: ArrayTensors): ArrayTensors | undefined {
  const found = Object.entries(tensors).filter(([name]) => name.startsWith(TUNED))
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** A generator with tuned weights in the place of its own. */
export function withTuned(base: Weights, tuned: ArrayTensors | undefined): Weights {
  if (tuned === undefined) return base
  const source = {
    keys: () => base.keys(),
    has: (key: string) => base.has(key),
    shape: (key: string) => base.shape(key),
    read: (key: string) => tuned[TUNED + key]?.data ?? base.read(key),
  }
  return new Weights(source, 'stylegan2')
}

/** Root of the mean squared change of the tuned weights, as a share of the root of their mean square. */
export function movedShare(base: Weights, tuned: ArrayTensors): number {
  let [moved, whole] = [0, 0]
  for (const key of tunedKeys(base)) {
    const before = base.read(key)
    const after = tuned[TUNED + key]?.data ?? before
    for (let i = 0; i < before.length; i++) {
      moved += (after[i]! - before[i]!) ** 2
      whole += before[i]! ** 2
    }
  }
  return Math.sqrt(moved / whole)
}

/** All but the mapping network. */
function tunedKeys(base: Weights): string[] {
  return base.keys().filter((key) => !key.startsWith('style.'))
}

// Two networks of one architecture as one, weight by weight (deep network interpolation, Wang et al. 2019).

import type { WeightSource } from '../graph/weights.ts'
import { NetworkError } from '../networks/errors.ts'

/** share·a + (1 − share)·b. @throws NetworkError where their tensors differ in name or shape */
export function mixedWeights(a: WeightSource, b: WeightSource, share: number): WeightSource {
  const keys = a.keys()
  const lacking = keys.find((key) => !b.has(key)) ?? b.keys().find((key) => !a.has(key))
  if (lacking !== undefined)
    throw new NetworkError(`expected two networks of one architecture, found "${lacking}" in one of them only`)
  const other = keys.find((key) => a.shape(key).join() !== b.shape(key).join())
  if (other !== undefined)
    throw new NetworkError(
      `expected two networks of one architecture, found "${other}" of [${a.shape(other).join(', ')}] and of [${b.shape(other).join(', ')}]`,
    )
  return {
    keys: () => keys,
    has: (key) => a.has(key),
    shape: (key) => a.shape(key),
    read(key) {
      const [one, two] = [a.read(key), b.read(key)]
      return one.map((v, i) => share * v + (1 - share) * two[i]!)
    },
  }
}

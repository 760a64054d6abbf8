/**
 * Directions in a generator's latents (age, a smile, …): not a network, but numbers that go with one. A pack that has them spares whoever
 * keeps an age the minutes in which they are learned.
 */
import { z } from 'zod'
import { mul } from '../graph/elementwise.ts'
import { networkKind } from './network.ts'

export const directionsNetwork = networkKind({
  roles: { directions: 'directions of the generator’s latents' },
  layout: z.strictObject({}),
  files: 'none: learned from the pack itself, and shipped with the compact one',
  ofGenerator: true,
  landmarks: [],
  recognise: () => [],
  // An output of a program must be computed by it.
  probe: (weights) => mul(weights.get('age'), 1),
})

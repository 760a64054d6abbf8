// Two kinds of network that no one has: what test/networks/toy.test.ts adds to the list.

import { z } from 'zod'
import { mul } from '../../src/graph/elementwise.ts'
import { linear } from '../../src/graph/linear.ts'
import { constant } from '../../src/graph/tensor.ts'
import { networkKind } from '../../src/networks/network.ts'
import { layer, matchTemplate } from '../../src/networks/template.ts'

/** A linear layer, recognised wherever it lies, and made `strength` times as strong. */
function toyKind(role: string, key: string) {
  return networkKind({
    roles: { [role]: `the ${role} of this test` },
    layout: z.strictObject({ strength: z.number().default(2).describe('How strong it is.') }),
    files: `\`${role}.safetensors\``,
    landmarks: ['only.weight'],
    recognise: ({ tensors, at }) => {
      if (!tensors.has(key)) return []
      const match = matchTemplate(`a ${role}`, tensors, layer('only', ['out', 'in']))
      return [{ role, title: `${role}, ${match.sides.get('out')} wide`, at, tensors: match.tensors, notes: [] }]
    },
    probe: (weights, { strength }) => {
      const [, wide] = weights.shape('only.weight')
      return mul(linear(constant(new Float32Array(wide!).fill(1), [1, wide!]), weights.at('only')), strength)
    },
  })
}

export const toyNetwork = toyKind('toy', 'only.weight')
/** Has the toy's tensors, and one more by which it is told. */
export const otherToyNetwork = toyKind('other_toy', 'twin')

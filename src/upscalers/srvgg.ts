// SRVGGNetCompact (Real-ESRGAN): convolutions with PReLU at the small size, a pixel shuffle at the end, added to the enlarged input.

import type { ForwardNetwork } from '../forward/network.ts'
import { conv2d } from '../graph/conv.ts'
import { add } from '../graph/elementwise.ts'
import { upsampleNearest } from '../graph/pool.ts'
import { convPrelu } from '../graph/prelu.ts'
import { pixelShuffle } from '../graph/shuffle.ts'
import { scope } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { countFrom, layer, matchTemplate, type Tensors } from '../networks/template.ts'
import type { Recognised } from './recognised.ts'

/** Layers are numbered on: convolution, PReLU, convolution, …; the last is a convolution. */
export function srvgg(weights: Weights): ForwardNetwork {
  const last = weights.count('body') - 1
  const [width] = weights.shape('body.0.bias') as [number]
  const [out] = weights.shape(`body.${last}.bias`) as [number]
  const scale = Math.sqrt(out / 3)
  return {
    title: `SRVGG ×${scale}, ${width} wide, ${last / 2 - 1} deep`,
    channelsIn: 3,
    channelsOut: 3,
    scale,
    multiple: 1,
    radius: last / 2 + 1,
    build: (x) =>
      scope('srvgg', () => {
        let h = x
        for (let i = 0; i < last; i += 2) {
          const at = weights.at(`body.${i}`)
          h = convPrelu(h, at.get('weight'), at.get('bias'), weights.get(`body.${i + 1}.weight`))
        }
        const at = weights.at(`body.${last}`)
        h = conv2d(h, at.get('weight'), { bias: at.get('bias'), padding: 1 })
        return add(pixelShuffle(h, scale), upsampleNearest(x, scale))
      }),
  }
}

/** The network in its official names; undefined where the tensors are of another. */
export function recogniseSrvgg(tensors: Tensors): Recognised | undefined {
  if (tensors.get('body.0.weight')?.shape.length !== 4 || tensors.get('body.1.weight')?.shape.length !== 1)
    return undefined
  const count = countFrom(tensors, 0, (i) => `body.${i}.weight`)
  const shuffled = tensors.get(`body.${count - 1}.weight`)?.shape[0] ?? 0
  const template = Array.from({ length: count }, (_, i) => {
    if (i % 2 === 1) return [{ key: `body.${i}.weight`, shape: ['width'] }]
    const [to, from] = [i === count - 1 ? shuffled : 'width', i === 0 ? 3 : 'width']
    return layer(`body.${i}`, [to, from, 3, 3])
  }).flat()
  const { tensors: used, sides } = matchTemplate('an SRVGG', tensors, template)
  const scale = Math.sqrt(shuffled / 3)
  return { title: `SRVGG ×${scale}, ${sides.get('width')} wide, ${(count - 3) / 2} deep`, tensors: used }
}

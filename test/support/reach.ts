// How far a change of one pixel goes in a network that pictures go through.

import { runOnce } from '../../src/engine/executable.ts'
import type { ForwardNetwork } from '../../src/forward/network.ts'
import { constant } from '../../src/graph/tensor.ts'
import { formulaImage } from './formula.ts'

/** @param value of the changed pixel; @returns pixels of the input between it and the farthest that it changes */
export async function reachOf(network: ForwardNetwork, value: number): Promise<number> {
  const { radius, scale, multiple } = network
  const side = 2 * Math.ceil((radius + 4) / multiple) * multiple
  const middle = side / 2
  const pixels = formulaImage('radius', 3, side, side)
  const other = pixels.slice()
  other[middle * side + middle] = value
  const [a, b] = [pixels, other].map((data) => network.build(constant(data, [1, 3, side, side])))
  const out = await runOnce({ a: a!, b: b! })
  const wide = side * scale
  let reach = 0
  out.a!.forEach((v, i) => {
    if (Math.abs(v - out.b![i]!) < 1e-7) return
    const [x, y] = [Math.floor((i % wide) / scale), Math.floor(i / wide) % wide]
    reach = Math.max(reach, Math.abs(x - middle), Math.abs(Math.floor(y / scale) - middle))
  })
  return reach
}

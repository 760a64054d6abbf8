/** Fixed inputs on which networks are tried: the same everywhere and always. */
import { constant, type Tensor } from '../graph/tensor.ts'

/** A smooth signal of `count` numbers with deviation near 1. */
export function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 1.4 * Math.sin(0.7 * i + 3 * Math.sin(0.013 * i)))
}

/** [1, channels, side, side] around 0.5, mostly in 01. */
export function testPicture(channels: number, side: number): Tensor {
  return constant(
    waves(channels * side * side).map((v) => 0.5 + 0.3 * v),
    [1, channels, side, side],
  )
}

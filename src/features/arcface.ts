/** Who is in a picture, by a network that no loss looks through. */
import { type CompileOptions, runOnce } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { arcfaceCrop } from './arcface-crop.ts'
import { ARCFACE_SIDE, mobileFaceNet } from './mobile-face-net.ts'

/** A function from an FFHQ-aligned square to its descriptor of length 1. */
export function arcfaceOf(weights: Weights, compile: CompileOptions = {}): (picture: Bitmap) => Promise<Float32Array> {
  const face = input('face', [1, 3, ARCFACE_SIDE, ARCFACE_SIDE])
  const descriptor = mobileFaceNet(weights, face)
  return async (picture) => {
    const { y } = await runOnce({ y: descriptor }, { face: toPlanar(arcfaceCrop(picture), 'pm1') }, compile)
    return y!
  }
}

/** A picture as a vector, in the space of one of several networks: what distances between sets of pictures are taken in. */
import { type CompileOptions, Executable } from '../engine/executable.ts'
import { mean } from '../graph/reduce.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { arcfaceOf } from './arcface.ts'
import { faceDescriptor } from './face-api.ts'
import { imagenetNormalized, toUnit } from './normalization.ts'
import { vggFeatures } from './vgg.ts'

/** Spaces, with what each is. The two of faces take FFHQ-aligned squares. */
export const vectorSpaces = {
  descriptor: "face-api's descriptor, 128 numbers: whose faces they are",
  arcface: 'ArcFace of the pack: whose faces they are',
  vgg16: "the pack's VGG16, mean of relu4_3 over places: what is in the pictures, and how they look",
} as const

export type VectorSpace = keyof typeof vectorSpaces

/** Side to which any picture is brought for VGG16. */
const SIDE = 256

export interface Vectors {
  of(picture: Bitmap): Promise<Float32Array>
  dispose(): Promise<void>
}

/** @param network the weights of a role; asked for where a space needs them */
export async function openVectors(
  space: VectorSpace,
  network: (role: 'arcface' | 'vgg16') => Weights,
  compile: CompileOptions = {},
): Promise<Vectors> {
  if (space === 'descriptor') return { of: (picture) => faceDescriptor(picture), dispose: async () => {} }
  if (space === 'arcface') return { of: arcfaceOf(network('arcface'), compile), dispose: async () => {} }
  const x = input('x', [1, 3, SIDE, SIDE])
  const [features] = vggFeatures('vgg16', network('vgg16'), imagenetNormalized(toUnit(x)), ['relu4_3'])
  const executable = await Executable.compile({ outputs: { y: mean(features!, [2, 3]) }, name: 'vectors' }, compile)
  return {
    async of(picture) {
      const square = resize(toColor(picture), SIDE, SIDE, 'bicubic')
      return (await executable.run({ x: toPlanar(square, 'pm1') })).y!
    },
    dispose: () => executable.dispose(),
  }
}

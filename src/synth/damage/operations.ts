/** What damages a picture, one operation after the other, each with its values: what a set records, and what is done by it. */
import sharp from 'sharp'
import { z } from 'zod'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import { randomStream } from '../../numbers/random.ts'
import { gaussianLike, sincKernel } from './kernels.ts'
import { withGaussian, withPoisson, withSaltAndPepper, withSpeckle } from './noise.ts'
import { blurred, bytePicture, clipped, type FloatPicture, floatPicture, interpolated, mapped } from './planes.ts'
import { withScratches } from './scratches.ts'

const side = z.int().min(1).max(101)
const length = z.int().min(1).max(65_536)
const unit = z.number().min(0).max(1)

const blur = z.strictObject({
  operation: z.literal('blur'),
  form: z.enum(['gaussian', 'generalized', 'plateau']),
  side,
  sigma: z.tuple([z.number().gt(0).max(100), z.number().gt(0).max(100)]),
  angle: z.number().min(-10).max(10),
  beta: z.number().gt(0).max(10),
})
const sinc = z.strictObject({ operation: z.literal('sinc'), side, cutoff: z.number().gt(0).max(Math.PI) })
const size = z.strictObject({
  operation: z.literal('resize'),
  width: length,
  height: length,
  /** "pillow-…": with antialiasing, in 8 bits; else as PyTorch and OpenCV. */
  mode: z.enum(['area', 'bilinear', 'bicubic', 'pillow-bicubic', 'pillow-bilinear', 'nearest']),
  scale: z.number().gt(0).max(100).optional(),
})
const noise = z.strictObject({
  operation: z.literal('noise'),
  kind: z.enum(['gaussian', 'speckle', 'poisson', 'salt-and-pepper']),
  /** Deviation in 0..1; Poisson: its scale; salt and pepper: share of the samples. */
  amount: z.number().min(0).max(10),
  gray: z.boolean(),
  salt: unit.optional(),
})
const jpeg = z.strictObject({ operation: z.literal('jpeg'), quality: z.int().min(1).max(100) })
const change = z.number().min(-1).max(1)
const shift = z.strictObject({ operation: z.literal('shift'), color: z.tuple([change, change, change]) })
const gray = z.strictObject({ operation: z.literal('gray') })
const bytes = z.strictObject({ operation: z.literal('bytes'), down: z.boolean() })
const scratches = z.strictObject({
  operation: z.literal('scratches'),
  count: z.int().min(0).max(1000),
  wide: z.number().gt(0).max(100),
})

/** An operation as set.json records it. */
export const operationSchema = z.discriminatedUnion('operation', [
  blur,
  sinc,
  size,
  noise,
  jpeg,
  shift,
  gray,
  bytes,
  scratches,
])

export type Operation = z.infer<typeof operationSchema>

/** Does them one after the other. @param seed of what they draw */
export async function damaged(picture: Bitmap, operations: readonly Operation[], seed: number): Promise<Bitmap> {
  let here = floatPicture(picture)
  for (const [i, operation] of operations.entries()) here = await done(here, operation, seed, i)
  return bytePicture(here)
}

async function done(picture: FloatPicture, operation: Operation, seed: number, index: number): Promise<FloatPicture> {
  const random = randomStream(seed, 'synth/damage', index)
  switch (operation.operation) {
    case 'blur':
      return blurred(picture, gaussianLike(operation))
    case 'sinc':
      return blurred(picture, sincKernel(operation.side, operation.cutoff))
    case 'resize':
      return resized(picture, operation)
    case 'noise': {
      const { kind, amount, salt = 0.5 } = operation
      if (kind === 'gaussian') return clipped(withGaussian(picture, amount, operation.gray, random))
      if (kind === 'speckle') return clipped(withSpeckle(picture, amount, random))
      if (kind === 'poisson') return clipped(withPoisson(picture, amount, operation.gray, random))
      return withSaltAndPepper(picture, amount, salt, random)
    }
    case 'jpeg':
      return compressed(picture, operation.quality)
    case 'shift':
      return clipped(mapped(picture, (v, i) => v + operation.color[i % 3]!))
    case 'gray':
      return floatPicture(toGray(bytePicture(picture)))
    case 'bytes':
      return floatPicture(bytePicture(picture, operation.down))
    case 'scratches':
      return withScratches(picture, operation.count, operation.wide, random)
  }
}

function resized(picture: FloatPicture, { width, height, mode, scale }: z.infer<typeof size>): FloatPicture {
  if (mode === 'pillow-bicubic') return floatPicture(resize(bytePicture(picture), width, height, 'bicubic'))
  if (mode === 'pillow-bilinear') return floatPicture(resize(bytePicture(picture), width, height, 'bilinear'))
  if (mode !== 'nearest') return interpolated(picture, width, height, mode, scale)
  const at = (i: number, to: number, from: number) => Math.min(from - 1, Math.floor(((i + 0.5) * from) / to))
  const data = new Float32Array(3 * width * height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = 3 * (at(y, height, picture.height) * picture.width + at(x, width, picture.width))
      data.set(picture.data.subarray(from, from + 3), 3 * (y * width + x))
    }
  return { width, height, data }
}

/** Through a JPEG file with colours at half the resolution, as Pillow's and OpenCV's are. */
async function compressed(picture: FloatPicture, quality: number): Promise<FloatPicture> {
  const { width, height, data } = bytePicture(picture)
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer()
  const { data: back, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  return floatPicture(toColor(createBitmap(width, height, info.channels as 1 | 3, new Uint8Array(back))))
}

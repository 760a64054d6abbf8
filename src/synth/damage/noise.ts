// Noise as the field draws it.

import type { Random } from '../../numbers/random.ts'
import { bytePicture, type FloatPicture, mapped } from './planes.ts'

/** One number for each sample, or for each pixel where noise is gray. */
function spread(gray: boolean, values: ArrayLike<number>): (i: number) => number {
  return gray ? (i) => values[Math.floor(i / 3)]! : (i) => values[i]!
}

/** @param sigma in 0..1 */
export function withGaussian(picture: FloatPicture, sigma: number, gray: boolean, random: Random): FloatPicture {
  const noise = spread(gray, random.normal(picture.data.length / (gray ? 3 : 1)))
  return mapped(picture, (v, i) => v + sigma * noise(i))
}

/** Noise that grows with brightness: v + v·n. */
export function withSpeckle(picture: FloatPicture, sigma: number, random: Random): FloatPicture {
  const noise = random.normal(picture.data.length)
  return mapped(picture, (v, i) => v + sigma * noise[i]! * v)
}

/** Samples that became white or black. @param amount share of them; @param salt share of white among these */
export function withSaltAndPepper(picture: FloatPicture, amount: number, salt: number, random: Random): FloatPicture {
  return mapped(picture, (v) => {
    const [hit, white] = [random.uniform() < amount, random.uniform() < salt]
    return hit ? (white ? 1 : 0) : v
  })
}

/**
 * Photon noise of as many levels as the picture has, times a scale (Real-ESRGAN's generate_poisson_noise). Gray noise is that of the
 * gray picture.
 */
export function withPoisson(picture: FloatPicture, scale: number, gray: boolean, random: Random): FloatPicture {
  const levels = Float64Array.from(bytePicture(picture).data, (v) => v / 255)
  const source = gray
    ? Float64Array.from({ length: levels.length / 3 }, (_, p) => {
        const [r, g, b] = levels.subarray(3 * p, 3 * p + 3)
        // As torchvision's rgb_to_grayscale, in levels.
        return Math.round(255 * (0.2989 * r! + 0.587 * g! + 0.114 * b!)) / 255
      })
    : levels
  const count = 2 ** Math.ceil(Math.log2(new Set(source).size))
  const noise = spread(
    gray,
    source.map((v) => poisson(v * count, random) / count - v),
  )
  return mapped(picture, (v, i) => v + scale * noise(i))
}

/** A number of events that are expected `mean` times: by products of uniform numbers, from 30 on by rejection (Hörmann 1993, PTRS). */
export function poisson(mean: number, random: Random): number {
  if (mean < 30) {
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = random.uniform(); product > limit; product *= random.uniform()) count++
    return count
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean)
  const a = -0.059 + 0.02483 * b
  const inverse = 1.1239 + 1.1328 / (b - 3.4)
  for (;;) {
    const u = random.uniform() - 0.5
    const v = random.uniform()
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43)
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k
    if (k < 0 || (us < 0.013 && v > us)) continue
    const bound = Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b)
    if (bound <= -mean + k * Math.log(mean) - logFactorial(k)) return k
  }
}

/** ln k!, by Stirling's series from 10 on. */
function logFactorial(k: number): number {
  if (k < 10) return Array.from({ length: k }, (_, i) => Math.log(i + 1)).reduce((sum, v) => sum + v, 0)
  return (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * k) - 1 / (360 * k ** 3)
}

/** How near the result of a method came to a known truth, for methods that make a picture of a picture. */
import type { CompileOptions } from '../engine/executable.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { readPicture } from '../images/read.ts'
import { resize } from '../images/resample.ts'
import { MetricError } from '../metrics/error.ts'
import { featureDistance } from '../metrics/feature-distance.ts'
import { psnr } from '../metrics/psnr.ts'
import { ssim } from '../metrics/ssim.ts'
import type { Measuring } from './measuring.ts'

/** Takes them, in colour, at the truth's size; none where no truth is named. */
export async function takeTruth(
  { take }: Measuring,
  path: string | null,
  result: Bitmap,
  compile: CompileOptions,
): Promise<void> {
  if (path === null) return
  let pair: Promise<readonly [Bitmap, Bitmap]> | undefined
  const both = () => {
    pair ??= comparable(path, result)
    return pair
  }
  await take('truth.psnr', async () => psnr(...(await both())))
  await take('truth.ssim', async () => ssim(...(await both())))
  await take('truth.perceptual', async () => {
    const [truth, answer] = await both()
    const distance = await featureDistance(truth, compile)
    try {
      return await distance(truth, answer)
    } finally {
      await distance.dispose()
    }
  })
}

/** Sides of one shape differ by rounding alone. */
const ROUNDING = 0.02

async function comparable(path: string, picture: Bitmap): Promise<readonly [truth: Bitmap, result: Bitmap]> {
  const [truth, result] = [toColor(await readPicture(path)), toColor(picture)]
  if (truth.width === result.width && truth.height === result.height) return [truth, result]
  const shape = (truth.width * result.height) / (truth.height * result.width)
  if (Math.abs(shape - 1) > ROUNDING)
    throw new MetricError(
      `expected a truth of the result's shape, ${result.width}×${result.height}, found ${truth.width}×${truth.height} in ${path}`,
    )
  return [truth, resize(result, truth.width, truth.height, 'lanczos')]
}

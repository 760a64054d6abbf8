/** The metrics of a complete run: whether it is still the sitter, and how much was changed. */
import type { Bitmap } from '../../images/bitmap.ts'
import { toGray } from '../../images/gray.ts'
import { ssim } from '../../metrics/ssim.ts'
import type { Metrics } from '../../run/metrics.ts'
import type { RunRecord } from '../../run/record.ts'
import { likenessOf } from '../likeness.ts'
import { measuring } from '../measuring.ts'

/** Measures a run and writes its metrics.json. */
export async function measure(record: RunRecord, photo: Bitmap, result: Bitmap): Promise<Metrics> {
  const { take, write } = measuring(record)
  await take('identity.photo', () => likenessOf(photo, result))
  await take('ssim.photo', () => ssim(toGray(photo), toGray(result)))
  await take('changed.rms', () => {
    const sum = photo.data.reduce((squares, v, i) => squares + (v - result.data[i]!) ** 2, 0)
    return Math.sqrt(sum / photo.data.length)
  })
  return write()
}

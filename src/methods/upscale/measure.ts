/** The metrics of a complete run: what the network changed, and how much sharper the result is than one without it. */
import type { Bitmap } from '../../images/bitmap.ts'
import { toGray } from '../../images/gray.ts'
import { runName } from '../../run/folder.ts'
import type { Metrics } from '../../run/metrics.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { takeTruth } from '../against-truth.ts'
import { measuring } from '../measuring.ts'
import { atFullSize, inventedDetail } from './detail.ts'
import type { Setting } from './setting.ts'

/** Pictures of a run, as its folder shows them. */
export interface ShownPictures {
  readonly input: Bitmap
  /** The input enlarged by Lanczos, of the sides of the result. */
  readonly plain: Bitmap
  readonly result: Bitmap
}

/** Measures a run, writes its map, a part of it at full size, and its metrics.json. */
export async function measure(
  { config, compute }: Pick<Setting, 'config' | 'compute'>,
  record: RunRecord,
  { input, plain, result }: ShownPictures,
): Promise<Metrics> {
  const metrics = measuring(record)
  const { take, write } = metrics
  const found = inventedDetail(input, result)
  await writeRunPicture(record.folder, runName.picture('invented'), found.map)
  await writeRunPicture(record.folder, runName.picture('detail'), atFullSize(plain, result))
  await take('invented.rms', () => found.rms)
  await take('invented.visible', () => found.visible)
  await take('sharpness.gain', () => {
    const [before, after] = [neighbourContrast(plain), neighbourContrast(result)]
    return before > 0 ? after / before : undefined
  })
  await takeTruth(metrics, config.truth.picture, result, compute.options)
  return write()
}

/** Mean absolute difference of horizontal neighbours, in gray levels. */
function neighbourContrast(picture: Bitmap): number {
  const { width, height, data } = toGray(picture)
  if (width < 2) return 0
  let sum = 0
  for (let y = 0; y < height; y++)
    for (let x = 1, i = y * width + 1; x < width; x++, i++) sum += Math.abs(data[i]! - data[i - 1]!)
  return sum / (height * (width - 1))
}

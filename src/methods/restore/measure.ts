/** The metrics of a complete run: what was done to the photograph. */
import type { Bitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import type { Metrics } from '../../run/metrics.ts'
import type { RunRecord } from '../../run/record.ts'
import { takeTruth } from '../against-truth.ts'
import { measuring } from '../measuring.ts'
import { shownPicture } from '../shown.ts'
import type { Damage } from './damage.ts'
import type { Setting } from './setting.ts'
import type { Restored } from './work.ts'

export interface Measured {
  readonly photograph: Bitmap
  readonly damage: Damage
  readonly done: Restored
}

/** Measures a run and writes its metrics.json. */
export async function measure(
  { config, compute }: Pick<Setting, 'config' | 'compute'>,
  record: RunRecord,
  { photograph, damage, done }: Measured,
): Promise<Metrics> {
  const metrics = measuring(record)
  const { take, write } = metrics
  const result = shownPicture(done.result)
  await take('scratches.share', () => damage.share)
  if (done.faces) {
    const { found, restored } = done.faces
    await take('faces.found', () => found)
    await take('faces.restored', () => restored)
  }
  await take('changed.rms', () => changed(photograph, result, damage.mask))
  const gray = toGray(result).data
  await take('tone.low', () => gray.reduce((a, b) => Math.min(a, b), 255))
  await take('tone.high', () => gray.reduce((a, b) => Math.max(a, b), 0))
  await takeTruth(metrics, config.truth.picture, result, compute.options)
  return write()
}

/** Root mean square of the change where nothing was damaged, in levels; undefined where everything was. */
function changed(before: Bitmap, after: Bitmap, mask: Bitmap | undefined): number | undefined {
  const [a, b] = [toColor(before), toColor(resized(after, before))]
  let [sum, count] = [0, 0]
  for (let i = 0; i < a.data.length; i++) {
    if (mask && mask.data[Math.floor(i / 3)]! > 0) continue
    sum += (a.data[i]! - b.data[i]!) ** 2
    count++
  }
  return count > 0 ? Math.sqrt(sum / count) : undefined
}

function resized(picture: Bitmap, { width, height }: Bitmap): Bitmap {
  return picture.width === width && picture.height === height ? picture : resize(picture, width, height, 'bicubic')
}

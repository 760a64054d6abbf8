/** The metrics of a complete run: whether who is shown is still known, what is left of the content, how near the colours are. */

import { detectFaces } from '../../align/detect.ts'
import { ffhqCrop } from '../../align/ffhq.ts'
import { faceDescriptor } from '../../features/face-api.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { toGray } from '../../images/gray.ts'
import { cosineSimilarity } from '../../metrics/cosine.ts'
import { MetricError } from '../../metrics/error.ts'
import { paletteDistance } from '../../metrics/palette.ts'
import { ssim } from '../../metrics/ssim.ts'
import { runFile, runName } from '../../run/folder.ts'
import { lastLosses } from '../../run/losses.ts'
import { type Metrics, writeMetrics } from '../../run/metrics.ts'
import { readRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { reasonOf } from '../../text/visible.ts'
import type { Prepared } from './prepare.ts'
import type { Setting } from './setting.ts'

/** Measures a run and writes its metrics.json. A metric that can't be had is null, and a warning says why. */
export async function measure({ config }: Setting, record: RunRecord, { pictures }: Prepared): Promise<Metrics> {
  const values: Record<string, number | null> = {}
  const last = lastLosses(runFile.losses(record.folder))
  if (last) {
    values['loss.total'] = last.losses.total
    for (const [name, { raw }] of Object.entries(last.losses.terms)) values[`loss.${name}`] = raw
  }
  const take = async (key: string, value: () => number | Promise<number>): Promise<void> => {
    try {
      const number = await value()
      values[key] = Number.isFinite(number) ? number : null
    } catch (error) {
      values[key] = null
      record.warn(`${key} was not measured: ${reasonOf(error)}`)
    }
  }
  const { content } = pictures
  const result = await readRunPicture(record.folder, runName.picture('result'))
  const likeness = await likenessOf(content, result)
  if (likeness !== undefined) await take('identity.content', likeness)
  await take('ssim.content', () => ssim(toGray(content), toGray(result)))
  const [style] = pictures.styles
  if (style && pictures.styles.length === 1 && config.color !== 'luminance')
    await take('palette.style', () => paletteDistance(style, result))
  writeMetrics(record.folder, values)
  return values
}

/** Asks for the likeness of the largest face of the content; undefined where it shows none. The place is that of the content's face. */
async function likenessOf(content: Bitmap, result: Bitmap): Promise<(() => Promise<number>) | undefined> {
  const faces = (await detectFaces(content)).filter(({ clear }) => clear)
  const [face] = faces.sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
  if (!face) return undefined
  return async () => {
    if (content.width !== result.width || content.height !== result.height)
      throw new MetricError('expected a result of the sides of the content, found another')
    const [one, other] = [content, result].map(
      (picture) => ffhqCrop(toGray(picture), face.landmarks, { outputSize: 256, transformSize: 256 }).bitmap,
    )
    return cosineSimilarity(await faceDescriptor(one!), await faceDescriptor(other!))
  }
}

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
import { runName } from '../../run/folder.ts'
import type { Metrics } from '../../run/metrics.ts'
import { readRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { measuring } from '../measuring.ts'
import type { Prepared } from './prepare.ts'
import type { Setting } from './setting.ts'

/** Measures a run and writes its metrics.json. A metric that can't be had is null, and a warning says why. */
export async function measure({ config }: Setting, record: RunRecord, { pictures }: Prepared): Promise<Metrics> {
  const { take, write } = measuring(record)
  const { content } = pictures
  const result = await readRunPicture(record.folder, runName.picture('result'))
  await take('identity.content', () => likenessOf(content, result))
  await take('ssim.content', () => ssim(toGray(content), toGray(result)))
  const [style] = pictures.styles
  if (style && pictures.styles.length === 1 && config.color !== 'luminance')
    await take('palette.style', () => paletteDistance(style, result))
  return write()
}

/** Likeness of the largest face of the content, at its place in both; undefined where the content shows none. */
async function likenessOf(content: Bitmap, result: Bitmap): Promise<number | undefined> {
  const faces = (await detectFaces(content)).filter(({ clear }) => clear)
  const [face] = faces.sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
  if (!face) return undefined
  if (content.width !== result.width || content.height !== result.height)
    throw new MetricError('expected a result of the sides of the content, found another')
  const [one, other] = [content, result].map(
    (picture) => ffhqCrop(toGray(picture), face.landmarks, { outputSize: 256, transformSize: 256 }).bitmap,
  )
  return cosineSimilarity(await faceDescriptor(one!), await faceDescriptor(other!))
}

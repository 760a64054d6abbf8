/** Whether who is shown is still known in what became of a picture. */
import { detectFaces } from '../align/detect.ts'
import { ffhqCrop } from '../align/ffhq.ts'
import { faceDescriptor } from '../features/face-api.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { cosineSimilarity } from '../metrics/cosine.ts'
import { MetricError } from '../metrics/error.ts'

/** Likeness of the largest face of a picture, at its place in both, by face descriptors in gray; undefined where it shows none. */
export async function likenessOf(picture: Bitmap, result: Bitmap): Promise<number | undefined> {
  const faces = (await detectFaces(picture)).filter(({ clear }) => clear)
  const [face] = faces.sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height)
  if (!face) return undefined
  if (picture.width !== result.width || picture.height !== result.height)
    throw new MetricError('expected a result of the sides of the picture, found another')
  const [one, other] = [picture, result].map(
    (given) => ffhqCrop(toGray(given), face.landmarks, { outputSize: 256, transformSize: 256 }).bitmap,
  )
  return cosineSimilarity(await faceDescriptor(one!), await faceDescriptor(other!))
}

/** From a picture to what is painted: the square around its face, or the picture itself, at the size that is wanted. */
import { type AlignedPortrait, alignPortrait } from '../../align/align.ts'
import { readLandmarks } from '../../align/landmarks.ts'
import type { Bitmap, Side } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import type { PaintConfig } from './schema.ts'

/** Sides of what is painted; of a picture that is not aligned they follow from its own. */
export function paintedSide({ align, size }: Pick<PaintConfig, 'align' | 'size'>, side: number, picture: Side): Side {
  if (align.mode === 'auto') return { width: size ?? side, height: size ?? side }
  if (size === null) return { width: picture.width, height: picture.height }
  const factor = size / Math.max(picture.width, picture.height)
  const sized = (length: number) => Math.max(1, Math.round(length * factor))
  return { width: sized(picture.width), height: sized(picture.height) }
}

/** @param tell hears of the crop; not called where nothing was cut */
export async function portraitOf(
  picture: Bitmap,
  config: PaintConfig,
  side: number,
  tell: (found: AlignedPortrait) => void | Promise<void>,
): Promise<Bitmap> {
  const { mode, face, landmarks, turn, doubt } = config.align
  const { width, height } = paintedSide(config, side, picture)
  const color = toColor(picture)
  if (mode === 'none')
    return width === picture.width && height === picture.height ? color : resize(color, width, height, 'lanczos')
  const chosen = face === null ? {} : { face }
  const found = await alignPortrait(color, {
    outputSize: width,
    turn,
    doubt,
    ...chosen,
    ...(landmarks === null ? {} : { landmarks: await readLandmarks(landmarks, { picture, ...chosen }) }),
  })
  await tell(found)
  return found.bitmap
}

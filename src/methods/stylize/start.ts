// The picture that a style transfer begins with.

import type { Bitmap } from '../../images/bitmap.ts'
import { randomStream } from '../../numbers/random.ts'
import { pixelsAt, type StylizePictures } from './course.ts'
import { colorNoise, mixed, noisePixels } from './noise.ts'
import type { StylizeConfig } from './schema.ts'

/**
 * Planar [3, h, w] in 0..1.
 * @param given the picture that the config names to start from
 */
export function startPixels(
  { start }: Pick<StylizeConfig, 'start'>,
  pictures: StylizePictures,
  given: Bitmap | undefined,
  { width, height }: { readonly width: number; readonly height: number },
  seed: number,
): Float32Array {
  const area = width * height
  const random = randomStream(seed, 'start')
  const noise = noisePixels(random, area, start)
  if (start.from === 'noise') return noise
  const style = pictures.styles[0]
  if (start.from === 'style' && style)
    return colorNoise(random, area, pixelsAt(style, Math.min(style.width, 256), Math.min(style.height, 256)))
  const picture = start.from === 'picture' && given ? given : pictures.content
  return mixed(pixelsAt(picture, width, height), noise, start.noise)
}

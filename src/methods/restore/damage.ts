/** Where a photograph is damaged: what the detector finds, or what a mask says. */
import type { Bitmap } from '../../images/bitmap.ts'
import { createBitmap } from '../../images/bitmap.ts'
import { PictureError } from '../../images/error.ts'
import { toGray } from '../../images/gray.ts'
import { readPicture } from '../../images/read.ts'
import { weightsOf } from '../../models/weights.ts'
import { grown, scratchLikelihood, scratchMask } from '../../restore/find-scratches.ts'
import { planesOf } from '../../restore/vae.ts'
import { mappingRoles } from './config.ts'
import type { Setting } from './setting.ts'

/** Above this a pixel of a mask is damage. */
const WHITE = 127

export interface Damage {
  /** White where the photograph is damaged, widened as the config says; undefined: nowhere. */
  readonly mask: Bitmap | undefined
  /** Share of the photograph. */
  readonly share: number
  /** Who says so, and why nothing is done where nothing is. */
  readonly words: string
}

/** The mask of a config, black and white. @throws PictureError where it is not of the photograph's size */
export async function givenMask(path: string, { width, height }: Pick<Bitmap, 'width' | 'height'>): Promise<Bitmap> {
  const mask = toGray(await readPicture(path))
  if (mask.width !== width || mask.height !== height)
    throw new PictureError(
      `${path}: expected a mask of the photograph's size, ${width}×${height}, found ${mask.width}×${mask.height}; paint it over the photograph`,
    )
  return createBitmap(
    width,
    height,
    1,
    mask.data.map((v) => (v > WHITE ? 255 : 0)),
  )
}

/** @param photograph 8 bits, whole */
export async function findDamage(
  { config, pack, compute }: Pick<Setting, 'config' | 'pack' | 'compute'>,
  photograph: Bitmap,
): Promise<Damage> {
  const { from, mask: path, threshold, grow } = config.scratches
  if (config.means !== 'networks')
    return { mask: undefined, share: 0, words: `not looked for (means: ${config.means})` }
  if (from === 'none') return { mask: undefined, share: 0, words: 'not looked for (scratches: none)' }
  const layout = pack.layout('scratch_detector')
  const pixels = grow ?? usualGrowth({ config, pack }, photograph, layout.side)
  const raw =
    from === 'mask'
      ? await givenMask(path!, photograph)
      : scratchMask(
          await scratchLikelihood(weightsOf(pack, 'scratch_detector'), photograph, layout, compute.options),
          photograph,
          threshold ?? layout.threshold,
        )
  const mask = grown(raw, pixels)
  const share = mask.data.reduce((n, v) => n + (v > 0 ? 1 : 0), 0) / mask.data.length
  const who = from === 'mask' ? 'the mask' : 'the detector'
  if (share === 0) return { mask: undefined, share, words: `none: ${who} shows no damage, so nothing is filled in` }
  return { mask, share, words: `${percent(share)} of the photograph, as ${who} says` }
}

/**
 * Pixels by which damage is widened unless told: what the official code does, and for networks that add to a photograph half a pixel of
 * the detector, since a rim of a scratch that is left would fill the hole. A whole one takes eyes and ears where it was mistaken.
 */
function usualGrowth({ config, pack }: Pick<Setting, 'config' | 'pack'>, { width, height }: Bitmap, side: number) {
  if (config.highResolution) return 3
  if (config.scratches.from === 'mask') return 0
  const decoder = mappingRoles('scratch', pack)[2]
  const adds = pack.has(decoder) && planesOf(pack.store(decoder)) === 4
  return adds ? Math.floor(Math.min(width, height) / side / 2) : 0
}

export function percent(share: number): string {
  return share < 0.0005 ? 'less than 0.1 %' : `${(100 * share).toFixed(1)} %`
}

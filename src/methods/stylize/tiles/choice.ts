// Which pictures are computed tile by tile.

import type { Side } from '../../../images/bitmap.ts'
import type { StylizeConfig } from '../schema.ts'

/** Pixels of a picture above which "auto" takes tiles: about 5 GB in one program. */
const AUTO_AREA = 2_000_000
/** Pixels of a side of its tiles: about 2 GB. */
const AUTO_TILE = 1024

/** Whether the objective is a sum over tiles, and the optimizer small enough beside a large picture. */
export function canBeTiled({ gradients, optimize }: Pick<StylizeConfig, 'gradients' | 'optimize'>): boolean {
  return gradients === 'plain' && optimize.optimizer.name !== 'lbfgs'
}

/** Most pixels of a tile's side for a picture of these sides; undefined where it is computed as a whole. */
export function tileFor(
  config: Pick<StylizeConfig, 'size' | 'gradients' | 'optimize'>,
  { width, height }: Side,
): number | undefined {
  const { tile } = config.size
  if (tile === 'auto') return width * height > AUTO_AREA && canBeTiled(config) ? AUTO_TILE : undefined
  return tile > 0 && Math.max(width, height) > tile ? tile : undefined
}

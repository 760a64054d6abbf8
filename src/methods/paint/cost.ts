/** What a run asks of a machine: one pass of the network over the whole of what is painted. */
import { wholeCost, wholeSides } from '../../forward/whole.ts'
import type { Side } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import type { PhaseCost } from '../method.ts'
import { paintedSide } from './portrait.ts'
import type { PaintConfig } from './schema.ts'
import { openPainter } from './setting.ts'

/** @param picture sides of the input; a square of 512 px stands for others */
export function paintCost(
  config: PaintConfig,
  pack: LoadedPack,
  picture: Side = { width: 512, height: 512 },
): PhaseCost[] {
  const { network, side, close } = openPainter(config, pack)
  try {
    const painted = paintedSide(config, side, picture)
    const { width, height } = wholeSides(network, painted)
    return [{ ...wholeCost(network, painted), name: `${width}×${height} px`, runs: 1 }]
  } finally {
    close()
  }
}

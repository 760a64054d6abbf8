/** What a run asks of a machine: the network over one tile, so many times. */
import { programCost } from '../../engine/cost.ts'
import { eightWays } from '../../forward/eight-ways.ts'
import { planTiles } from '../../forward/tiles.ts'
import { input } from '../../graph/tensor.ts'
import type { Side } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import type { PhaseCost } from '../method.ts'
import { openNetwork } from './network.ts'
import type { UpscaleConfig } from './schema.ts'
import { resultSide } from './sizes.ts'

/** Bytes of a sample of the result, which is there as it is computed and as it is written. */
const BYTES = 4 + 2

/** @param picture sides of the input; a square of 512 px stands for others */
export function upscaleCost(
  config: UpscaleConfig,
  pack: LoadedPack,
  picture: Side = { width: 512, height: 512 },
): PhaseCost[] {
  const { network: plain, close } = openNetwork(config, pack)
  try {
    const network = config.flips ? eightWays(plain) : plain
    const { side, margin } = config.tiles
    const { across, down, count } = planTiles(network, picture, { side, ...(margin !== null && { margin }) })
    const y = network.build(input('x', [1, network.channelsIn, down.side, across.side]))
    const cost = programCost({ outputs: { y } })
    const result = resultSide(config, network, picture)
    const held = cost.held + 3 * BYTES * result.width * result.height
    const name = `${result.width}×${result.height} px in tiles of ${across.side}×${down.side}`
    return [{ ...cost, held, name, runs: count }]
  } finally {
    close()
  }
}

/** Sides of the result, before anything is opened for a run. */
export function plannedSide(config: UpscaleConfig, pack: LoadedPack, picture: Side): Side {
  const { network, close } = openNetwork(config, pack)
  try {
    return resultSide(config, network, picture)
  } finally {
    close()
  }
}

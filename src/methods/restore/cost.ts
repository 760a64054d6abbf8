/** What a restoration asks of a machine, part by part. */
import type { Side } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import type { DamageMask } from '../../restore/latent-mask.ts'
import { costs, type MappingKind } from '../../restore/pass.ts'
import { tiledCosts, tiledNetwork } from '../../restore/tiled.ts'
import type { PhaseCost } from '../method.ts'
import { mappingKind, mappingRoles, tileOptions } from './config.ts'
import { networkSides } from './planes.ts'
import type { RestoreConfig } from './schema.ts'

/**
 * Of a photograph that nobody has looked at: damage that may be there counts as there.
 * @param photograph its sides; a square of 512 px stands for others
 */
export function restoreCost(
  config: RestoreConfig,
  pack: LoadedPack,
  photograph: Side = { width: 512, height: 512 },
): PhaseCost[] {
  if (config.means !== 'networks') return []
  const kind = mappingKind(config, config.scratches.from !== 'none')
  const side = networkSides(photograph, kind, config.fit)
  return partCosts(config, pack, kind, side, { ...side, data: new Uint8Array(side.width * side.height) })
}

/** @param side as the networks are given it; @param mask likewise, for mappings that fill in */
export function partCosts(
  config: RestoreConfig,
  pack: LoadedPack,
  kind: MappingKind,
  side: Side,
  mask: DamageMask | undefined,
): PhaseCost[] {
  const [encoder, mapping, decoder] = mappingRoles(kind, pack).map((role) => weightsOf(pack, role))
  const networks = { encoder: encoder!, mapping: mapping!, decoder: decoder!, kind }
  const tiled = tiledNetwork(networks)
  const parts = tiled ? tiledCosts(tiled, side, tileOptions(config)) : costs(networks, side, mask)
  return parts.map(({ part, flops, bytes }) => ({
    ...{ name: part, runs: 1, flops, moved: 0, operations: 0, held: bytes },
  }))
}

/** What a restoration asks of a machine, part by part; what damage there is is not known yet, so it counts as there. */
import type { Side } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { costs } from '../../restore/pass.ts'
import type { PhaseCost } from '../method.ts'
import { mappingKind, mappingRoles } from './config.ts'
import type { RestoreConfig } from './schema.ts'

/** Sides of what the networks are given, whatever the kind, are multiples of this. */
const MULTIPLE = 32

/** @param photograph its sides; a square of 512 px stands for others */
export function restoreCost(
  config: RestoreConfig,
  pack: LoadedPack,
  photograph: Side = { width: 512, height: 512 },
): PhaseCost[] {
  const kind = mappingKind(config, config.scratches.from !== 'none')
  const [encoder, mapping, decoder] = mappingRoles(kind, pack).map((role) => weightsOf(pack, role))
  const [width, height] = [photograph.width, photograph.height].map((side) => MULTIPLE * Math.ceil(side / MULTIPLE))
  const side = { width: width!, height: height! }
  const mask = { ...side, data: new Uint8Array(side.width * side.height) }
  const networks = { encoder: encoder!, mapping: mapping!, decoder: decoder!, kind }
  return costs(networks, side, mask).map(({ part, flops, bytes }) => ({
    name: part,
    runs: 1,
    flops,
    moved: 0,
    operations: 0,
    held: bytes,
  }))
}

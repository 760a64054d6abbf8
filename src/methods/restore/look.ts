/** What a restoration would take, once the photograph was looked at: where the detector sees no damage, nothing is filled in. */
import { availableParallelism } from 'node:os'
import type { Bitmap } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { computeFor } from '../compute.ts'
import type { Looked } from '../method.ts'
import { mappingKind } from './config.ts'
import { partCosts } from './cost.ts'
import { findDamage } from './damage.ts'
import { requirePhotograph } from './photograph.ts'
import type { RestoreConfig } from './schema.ts'
import { given } from './work.ts'

/** Attention over more arithmetic than this has a quicker way: ten minutes of a machine at 20 GFLOP/s. */
const LONG = 12e12

/** @throws as a run of the config would, before its work */
export async function look(config: RestoreConfig, pack: LoadedPack, photograph: Bitmap): Promise<Looked> {
  requirePhotograph(photograph, String(config.input))
  if (config.means !== 'networks') return { cost: [], notes: [] }
  const threads = config.threads === 0 ? availableParallelism() : config.threads
  const damage = await findDamage({ config, pack, compute: computeFor(config, threads) }, photograph)
  const kind = mappingKind(config, damage.mask !== undefined)
  const { side, networkMask } = given({ config }, photograph, damage, kind)
  const cost = partCosts(config, pack, kind, side, networkMask)
  const attention = cost.find(({ name }) => name === 'attend')
  return {
    cost,
    notes: [
      `damage: ${damage.words}`,
      ...(attention && attention.flops > LONG
        ? ['attention grows with the square of the photograph; --high-resolution fills in from patches instead']
        : []),
    ],
  }
}

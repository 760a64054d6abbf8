/** What a run works with: the pack, the complete config, the network that looks, the machine's threads. */
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Role } from '../../networks/roles.ts'
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { kindOfRole, resolveStylize, rolesOf } from './config.ts'
import { type FeaturesOf, featuresBy } from './features.ts'
import type { StylizeConfig, StylizeFragment } from './schema.ts'

/** Close the pack when done. */
export interface Setting extends OpenedPack<StylizeConfig> {
  readonly features: FeaturesOf
}

/** Opens the pack of a config and completes the config for it. */
export function openSetting(fragment: StylizeFragment): Setting {
  return openPack(
    fragment.pack,
    (pack) => resolveStylize(fragment, pack),
    rolesOf,
    (pack, config) => ({ features: featuresOf(config, pack) }),
  )
}

/** The network of a complete config. */
export function featuresOf({ network }: StylizeConfig, pack: LoadedPack): FeaturesOf {
  const role = network.role as Role
  return featuresBy(kindOfRole(network.role), weightsOf(pack, role), network)
}

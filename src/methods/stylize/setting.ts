/** What a run works with: the pack, the complete config, the network that looks, the machine's threads. */
import { availableParallelism } from 'node:os'
import { type LoadedPack, loadPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Role } from '../../networks/roles.ts'
import { type Compute, computeFor } from '../compute.ts'
import { kindOfRole, resolveStylize, rolesOf } from './config.ts'
import { type FeaturesOf, featuresBy } from './features.ts'
import type { StylizeConfig, StylizeFragment } from './schema.ts'

/** Close the pack when done. */
export interface Setting {
  readonly pack: LoadedPack
  readonly config: StylizeConfig
  readonly features: FeaturesOf
  readonly threads: number
  /** Chosen when it is first asked for. */
  readonly compute: Compute
}

/** Opens the pack of a config and completes the config for it. */
export function openSetting(fragment: StylizeFragment): Setting {
  const pack = loadPack(fragment.pack ?? 'compact')
  try {
    const config = resolveStylize(fragment, pack)
    for (const role of rolesOf(config)) pack.path(role)
    const threads = config.threads === 0 ? availableParallelism() : config.threads
    let compute: Compute | undefined
    return {
      pack,
      config,
      features: featuresOf(config, pack),
      threads,
      get compute() {
        compute ??= computeFor(config, threads)
        return compute
      },
    }
  } catch (error) {
    pack.close()
    throw error
  }
}

/** The network of a complete config. */
export function featuresOf({ network }: StylizeConfig, pack: LoadedPack): FeaturesOf {
  const role = network.role as Role
  return featuresBy(kindOfRole(network.role), weightsOf(pack, role), network)
}

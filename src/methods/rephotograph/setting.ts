/** What a run works with, settled before anything is computed: the pack, the complete config, the machine's threads. */
import { availableParallelism } from 'node:os'
import { validate } from '../../config/validate.ts'
import { type GeneratorShape, generatorShape } from '../../generator/stylegan2.ts'
import { type LoadedPack, loadPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { type Compute, computeFor } from '../compute.ts'
import { type ConfigFragment, type ResolvedConfig, rephotographConfig } from './config.ts'
import { neededRoles, settingsOf } from './networks.ts'
import { resolveConfig } from './resolve.ts'

/** An opened pack and the config that is complete for it. Close the pack when done. */
export interface Setting {
  readonly pack: LoadedPack
  readonly config: ResolvedConfig
  readonly shape: GeneratorShape
  readonly threads: number
  /** Where and with what networks and the step are computed; chosen when it is first asked for. */
  readonly compute: Compute
}

/** Opens the pack of a config and completes the config for it. */
export function openSetting(fragment: ConfigFragment): Setting {
  validate(rephotographConfig.file, fragment, { name: 'config' })
  const pack = loadPack(fragment.pack ?? 'compact')
  try {
    const config = resolveConfig(fragment, settingsOf(pack, fragment.sensitivity ?? 'b'), pack.generatorSize)
    // What is missing is said before minutes are spent on what is there.
    for (const role of neededRoles(config)) pack.path(role)
    const threads = config.threads === 0 ? availableParallelism() : config.threads
    let compute: Compute | undefined
    return {
      pack,
      config,
      shape: generatorShape(weightsOf(pack, 'stylegan2')),
      threads,
      // Trying devices takes a second or two, and not everything that opens a pack computes.
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

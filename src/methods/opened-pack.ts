// What a job of any method works with: an opened pack, the config completed for it, the machine's threads and its device.

import { availableParallelism } from 'node:os'
import { type LoadedPack, loadPack } from '../models/load.ts'
import type { Role } from '../networks/roles.ts'
import { type Compute, computeFor, type Wanted } from './compute.ts'

/** Close the pack when done. */
export interface OpenedPack<Config> {
  readonly pack: LoadedPack
  readonly config: Config
  readonly threads: number
  /** Where and with what networks and the step are computed; chosen when it is first asked for. */
  readonly compute: Compute
}

/**
 * Opens the pack that a config names and completes the config for it.
 *
 * @param complete checks the config, too
 * @param roles networks that the pack must have: what is missing is said before minutes are spent on what is there
 * @param own what the method's parts ask for besides
 */
export function openPack<Config extends Wanted & { readonly threads: number }, Own extends object>(
  name: string | null | undefined,
  complete: (pack: LoadedPack) => Config,
  roles: (config: Config) => readonly Role[],
  own: (pack: LoadedPack, config: Config) => Own,
): OpenedPack<Config> & Own {
  const pack = loadPack(name ?? 'compact')
  try {
    const config = complete(pack)
    for (const role of roles(config)) pack.path(role)
    const threads = config.threads === 0 ? availableParallelism() : config.threads
    let compute: Compute | undefined
    return {
      ...own(pack, config),
      pack,
      config,
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

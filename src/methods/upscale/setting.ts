/** What a run works with: the pack, the complete config, the network, the machine's threads. */
import { availableParallelism } from 'node:os'
import { EngineError } from '../../engine/values.ts'
import type { ForwardNetwork } from '../../forward/network.ts'
import { type LoadedPack, loadPack } from '../../models/load.ts'
import { type Compute, computeFor } from '../compute.ts'
import { resolveUpscale } from './config.ts'
import { openNetwork } from './network.ts'
import type { UpscaleConfig, UpscaleFragment } from './schema.ts'

/** Close it when done. */
export interface Setting {
  readonly pack: LoadedPack
  readonly config: UpscaleConfig
  readonly network: ForwardNetwork
  /** Where its weights are from. */
  readonly source: string
  readonly threads: number
  /** Chosen when it is first asked for. */
  readonly compute: Compute
  close(): void
}

/** Opens the pack and the network of a config. */
export function openSetting(fragment: UpscaleFragment): Setting {
  const config = resolveUpscale(fragment)
  const pack = loadPack(config.pack)
  try {
    const { network, source, close } = openNetwork(config, pack)
    const threads = config.threads === 0 ? availableParallelism() : config.threads
    let compute: Compute | undefined
    return {
      pack,
      config,
      network,
      source,
      threads,
      get compute() {
        compute ??= inPrecision(config, computeFor(config, threads))
        return compute
      },
      close() {
        close()
        pack.close()
      },
    }
  } catch (error) {
    pack.close()
    throw error
  }
}

function inPrecision({ precision }: UpscaleConfig, compute: Compute): Compute {
  if (precision === 'single') return compute
  if (compute.device === 'cpu')
    throw new EngineError(
      'half precision: expected a graphics card (--device webgpu or cuda), found the CPU, which is slower with it; leave it out',
    )
  return { ...compute, options: { ...compute.options, half: true } }
}

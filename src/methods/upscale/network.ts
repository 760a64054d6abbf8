/** The network of a run: that of the pack, of a weight file of any layout, or of two files mixed. */
import type { ForwardNetwork } from '../../forward/network.ts'
import { type WeightSource, Weights } from '../../graph/weights.ts'
import { ModelError } from '../../models/errors.ts'
import type { LoadedPack } from '../../models/load.ts'
import { filesBeside, openNetworkFile } from '../../models/network-file.ts'
import { weightsOf } from '../../models/weights.ts'
import { NetworkError } from '../../networks/errors.ts'
import { mixedWeights } from '../../upscalers/mix.ts'
import { upscalerOf } from '../../upscalers/upscaler.ts'
import type { UpscaleConfig } from './schema.ts'

/** A network whose weight files are open until it is closed. */
export interface OpenNetwork {
  readonly network: ForwardNetwork
  /** Where its weights are from. */
  readonly source: string
  close(): void
}

/** Opens it. @throws CheckpointError, ModelError or NetworkError that names the file */
export function openNetwork({ network }: Pick<UpscaleConfig, 'network'>, pack: LoadedPack): OpenNetwork {
  const { file, blend, share } = network
  if (file === null)
    return { network: upscalerOf(weightsOf(pack, 'upscaler')), source: `pack ${pack.pack.name}`, close: () => {} }
  const first = openFile(file)
  try {
    if (blend === null) return { network: built(first.source, file), source: file, close: first.close }
    const second = openFile(blend)
    const close = () => {
      first.close()
      second.close()
    }
    try {
      return {
        network: built(mixed(first.source, second.source, share, `${file} and ${blend}`), file),
        source: `${share} of ${file}, ${Number((1 - share).toFixed(6))} of ${blend}`,
        close,
      }
    } catch (error) {
      second.close()
      throw error
    }
  } catch (error) {
    first.close()
    throw error
  }
}

/** Files beside those that a config names that hold weights. */
export function filesOf({ network }: Pick<UpscaleConfig, 'network'>): string[] {
  return [network.file, network.blend].flatMap((file) => (file === null ? [] : filesBeside(file)))
}

function built(source: WeightSource, name: string): ForwardNetwork {
  return upscalerOf(new Weights(source, name))
}

function mixed(a: WeightSource, b: WeightSource, share: number, names: string): WeightSource {
  try {
    return mixedWeights(a, b, share)
  } catch (error) {
    throw error instanceof NetworkError ? new ModelError(`${names}: ${error.message}`) : error
  }
}

const openFile = (path: string) => openNetworkFile(path, ['upscaler'], 'a network that enlarges')

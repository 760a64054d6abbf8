/** The networks of a run: one that knows a single style, or a transformer of any, with its predictor where there is one. */
import { ConfigError } from '../../config/errors.ts'
import type { ForwardNetwork } from '../../forward/network.ts'
import { input } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import { ModelError } from '../../models/errors.ts'
import type { LoadedPack } from '../../models/load.ts'
import { openNetworkFile } from '../../models/network-file.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Role } from '../../networks/roles.ts'
import { singleStyleOf } from '../../styles/single-style.ts'
import { styleLength, stylized, TRANSFORMER_MULTIPLE } from '../../styles/transformer.ts'
import type { FastStyleConfig } from './schema.ts'

/** What tells the numbers of a style. */
export interface Predictor {
  readonly weights: Weights
  /** Side of the square that it looks at. */
  readonly side: number
}

/** Networks whose files are open until they are closed. */
export interface StyleNetworks {
  /** Of a transformer the style is an input, "style" [1, numbers]. */
  readonly network: ForwardNetwork
  /** Where its weights are from. */
  readonly source: string
  readonly notes: readonly string[]
  /** Undefined where the network knows one style only. */
  readonly transformer?: { readonly weights: Weights; readonly length: number }
  readonly predictor?: Predictor
  close(): void
}

/** Side that Magenta's predictor looks at. */
const USUAL_SIDE = 256

/** Opens them. @throws CheckpointError, ModelError or ConfigError */
export function openNetworks(config: FastStyleConfig, pack: LoadedPack): StyleNetworks {
  const opened = openAll(config, pack)
  try {
    checkTogether(config, opened)
    return opened
  } catch (error) {
    opened.close()
    throw error
  }
}

/** Networks of the pack that a config uses. */
export function rolesOf({ network }: Pick<FastStyleConfig, 'network'>, pack: Pick<LoadedPack, 'has'>): Role[] {
  const looking: Role[] = pack.has('vgg19_style') ? ['vgg19_style'] : []
  if (network.file !== null) return looking
  if (!pack.has('style_transformer') && pack.has('fast_style')) return ['fast_style', ...looking]
  return ['style_transformer', ...(pack.has('style_predictor') ? (['style_predictor'] as const) : []), ...looking]
}

function openAll({ network }: FastStyleConfig, pack: LoadedPack): StyleNetworks {
  if (network.file === null) return ofPack(pack)
  const { role, weights, notes, close } = openNetworkFile(
    network.file,
    ['style_transformer', 'fast_style'],
    'a transformer of styles or a network of one style',
  )
  const about = { source: network.file, notes }
  if (role === 'fast_style') return { ...about, network: singleStyleOf(weights), close }
  if (network.predictor === null) return { ...about, ...asTransformer(weights), close }
  try {
    const other = openNetworkFile(network.predictor, ['style_predictor'], 'a predictor of styles')
    const predictor = { weights: other.weights, side: USUAL_SIDE }
    const closeBoth = () => {
      close()
      other.close()
    }
    return { ...about, ...asTransformer(weights), predictor, close: closeBoth }
  } catch (error) {
    close()
    throw error
  }
}

function ofPack(pack: LoadedPack): StyleNetworks {
  const about = { source: `pack ${pack.pack.name}`, notes: [], close: () => {} }
  if (pack.has('style_transformer')) {
    const predictor = pack.has('style_predictor')
      ? { predictor: { weights: weightsOf(pack, 'style_predictor'), side: pack.layout('style_predictor').side } }
      : {}
    return { ...about, ...asTransformer(weightsOf(pack, 'style_transformer')), ...predictor }
  }
  if (pack.has('fast_style')) return { ...about, network: singleStyleOf(weightsOf(pack, 'fast_style')) }
  throw new ModelError(
    `pack ${pack.pack.name}: expected a transformer of styles, found none; name a file of one with --network, or import it with rephoto models import`,
  )
}

function asTransformer(weights: Weights) {
  const length = styleLength(weights)
  const network: ForwardNetwork = {
    title: `transformer of styles, ${length} numbers a style`,
    channelsIn: 3,
    channelsOut: 3,
    scale: 1,
    multiple: TRANSFORMER_MULTIPLE,
    radius: Number.POSITIVE_INFINITY,
    build: (x) => stylized(weights, x, input('style', [1, length])),
  }
  return { network, transformer: { weights, length } }
}

/** What no file and no key alone can know. */
function checkTogether({ styles, network, strengthBy, fit }: FastStyleConfig, opened: StyleNetworks): void {
  const refuse = (path: string, message: string): never => {
    throw new ConfigError(message, { path })
  }
  const { transformer, predictor } = opened
  if (!transformer) {
    if (styles.length > 0)
      refuse(
        'styles',
        `expected no style beside ${network.file ?? 'a network of one style'}, which knows one of its own, found ${styles.length}`,
      )
    if (network.predictor !== null)
      refuse(
        'network.predictor',
        `expected none beside ${network.file}, which knows one style, found ${network.predictor}`,
      )
    if (strengthBy === 'vector')
      refuse(
        'strengthBy',
        'expected "pixels" or "auto" with a network of one style, which has no vectors, found "vector"',
      )
    return
  }
  if (styles.length === 0) refuse('styles', 'expected at least one style picture, found none; name it with --style')
  if (predictor && predictor.weights.shape('out.weight')[0] !== transformer.length)
    refuse(
      'network.predictor',
      `expected a predictor of ${transformer.length} numbers, as the transformer takes, found one of ${predictor.weights.shape('out.weight')[0]}`,
    )
  if (!predictor && fit.steps === 0)
    refuse(
      'fit.steps',
      'expected steps to fit the style by, without a predictor, found 0; name one with --predictor, or leave it out',
    )
  if (!predictor && strengthBy === 'vector')
    refuse(
      'strengthBy',
      'expected "pixels" or "auto" without a predictor, which tells the vector of the content, found "vector"',
    )
}

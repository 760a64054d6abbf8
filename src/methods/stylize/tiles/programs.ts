// The programs by which a large picture is looked at window by window. Statistics of the whole picture are sums over places, so
// they are added up first, without slopes (`sumsProgram`); their losses, and how the losses change with the sums, follow from
// the sums alone (`lossProgram`); then each window is seen once more, with that change as the weight of its own sums
// (`slopeProgram`). The slopes so found, added up, are those of the whole.

import type { Program } from '../../../engine/contract.ts'
import { add, mul, square, sub } from '../../../graph/elementwise.ts'
import { gradients } from '../../../graph/gradients.ts'
import { reshape } from '../../../graph/layout.ts'
import { matmul, swap } from '../../../graph/matmul.ts'
import { sum } from '../../../graph/reduce.ts'
import { selfProduct } from '../../../graph/self-product.ts'
import { input, type Tensor } from '../../../graph/tensor.ts'
import type { Side } from '../../../images/bitmap.ts'
import type { FeaturesOf, LayerName } from '../features.ts'
import type { StyleStatistics } from '../statistics.ts'

/** Statistics of one layer in one region. */
export interface StylePart {
  /** "<region>/<layer>". */
  readonly name: string
  readonly layer: LayerName
  readonly term: string
  /** Places of the layer in the whole picture, where all weigh alike. */
  readonly positions: number | undefined
}

/** The content's loss at one layer. */
export interface ContentPart {
  readonly layer: LayerName
  readonly term: string
  /** What the sum of squares over the whole picture is multiplied by. */
  readonly scale: number
}

function flat(map: Tensor): Tensor {
  const [, n, h, w] = map.shape as [number, number, number, number]
  return reshape(map, [n, h * w])
}

/** Feature maps by layer, of the window "pixels". */
function mapsOf(features: FeaturesOf, window: Side, layers: readonly LayerName[]) {
  const pixels = input('pixels', [1, 3, window.height, window.width])
  const names = [...new Set(layers)]
  const found = features(pixels, names)
  return { pixels, maps: new Map(names.map((layer, i) => [layer, flat(found[i]!)])) }
}

interface Sums {
  readonly second: Tensor
  readonly first: Tensor
}

function sumsOf(map: Tensor, weights: Tensor): Sums {
  return { second: selfProduct(map, weights), first: matmul(map, swap(weights)) }
}

/** Fed: "pixels", "weights/<part>" [1, places], 0 where a place does not count. Out: "second/<part>", "first/<part>". */
export function sumsProgram(
  features: FeaturesOf,
  window: Side,
  parts: readonly Pick<StylePart, 'name' | 'layer'>[],
  statistics: StyleStatistics,
): Program {
  const { maps } = mapsOf(
    features,
    window,
    parts.map(({ layer }) => layer),
  )
  const outputs: Record<string, Tensor> = {}
  for (const { name, layer } of parts) {
    const map = maps.get(layer)!
    const { first, second } = sumsOf(map, input(`weights/${name}`, [1, map.shape[1]!]))
    outputs[`second/${name}`] = second
    if (statistics.wantsFirst) outputs[`first/${name}`] = first
  }
  return { outputs, name: 'sums over a tile' }
}

/**
 * Fed: the sums over the whole picture, "target/<part>", "prepared/<part>" where the statistics have it, "weight/<term>".
 * Out: "loss/<term>", "pull/second/<part>", "pull/first/<part>".
 */
export function lossProgram(
  parts: readonly StylePart[],
  shapes: ReadonlyMap<LayerName, number>,
  statistics: StyleStatistics,
): Program {
  const outputs: Record<string, Tensor> = {}
  for (const { name, layer, term, positions } of parts) {
    const sums = sumInputs(name, shapes.get(layer)!, statistics)
    const known = statisticsOfSums(sums, statistics, positions)
    const target = input(`target/${name}`, known.shape)
    const prepared = statistics.prepared && input(`prepared/${name}`, statistics.prepared(target).shape)
    const loss = reshape(statistics.loss(known, target, prepared), [1])
    outputs[`loss/${term}`] = loss
    const weighted = mul(loss, input(`weight/${term}`, [1]))
    const pulls = gradients(weighted, Object.values(sums))
    Object.keys(sums).forEach((which, i) => {
      outputs[`pull/${which}/${name}`] = pulls[i]!
    })
  }
  return { outputs, name: 'losses of sums' }
}

/** The statistics of a style from its sums, and what is prepared of them. Out: "target/<part>", "prepared/<part>". */
export function targetProgram(
  parts: readonly (Pick<StylePart, 'name' | 'layer'> & {
    readonly styles: readonly {
      readonly style: number
      readonly share: number
      readonly positions: number | undefined
    }[]
  })[],
  shapes: ReadonlyMap<LayerName, number>,
  statistics: StyleStatistics,
): Program {
  const outputs: Record<string, Tensor> = {}
  const known = new Map<string, Tensor>()
  for (const { name, layer, styles } of parts) {
    const target = styles
      .map(({ style, share, positions }) => {
        const at = `${style}/${layer}`
        const found =
          known.get(at) ?? statisticsOfSums(sumInputs(at, shapes.get(layer)!, statistics), statistics, positions)
        known.set(at, found)
        return mul(found, share)
      })
      .reduce(add)
    outputs[`target/${name}`] = target
    if (statistics.prepared) outputs[`prepared/${name}`] = statistics.prepared(target)
  }
  return { outputs, name: 'targets of styles' }
}

function sumInputs(name: string, n: number, { wantsFirst }: StyleStatistics): { second: Tensor; first?: Tensor } {
  const second = input(`second/${name}`, [n, n])
  return wantsFirst ? { second, first: input(`first/${name}`, [n, 1]) } : { second }
}

function statisticsOfSums(
  sums: { second: Tensor; first?: Tensor },
  statistics: StyleStatistics,
  positions: number | undefined,
): Tensor {
  return statistics.fromSums({ ...sums, ...(positions !== undefined && { positions }) })
}

/**
 * Fed: "pixels", "weights/<part>", "pull/second/<part>", "pull/first/<part>", "content/<layer>" [N, places], "places/<layer>"
 * [1, places], "weight/<term>". Out: "slope", and "loss/<term>" of the content, of this tile.
 */
export function slopeProgram(
  features: FeaturesOf,
  window: Side,
  styles: readonly StylePart[],
  contents: readonly ContentPart[],
  statistics: StyleStatistics,
): Program {
  const { pixels, maps } = mapsOf(
    features,
    window,
    [...styles, ...contents].map(({ layer }) => layer),
  )
  const outputs: Record<string, Tensor> = {}
  const pulled: Tensor[] = []
  for (const { layer, term, scale } of contents) {
    const map = maps.get(layer)!
    const apart = square(sub(map, input(`content/${layer}`, map.shape)))
    const counted = mul(apart, input(`places/${layer}`, [1, map.shape[1]!]))
    const loss = reshape(mul(sum(sum(counted, [1])), scale), [1])
    outputs[`loss/${term}`] = loss
    pulled.push(mul(loss, input(`weight/${term}`, [1])))
  }
  for (const { name, layer } of styles) {
    const map = maps.get(layer)!
    const { first, second } = sumsOf(map, input(`weights/${name}`, [1, map.shape[1]!]))
    const along = (which: string, sums: Tensor): Tensor =>
      reshape(sum(sum(mul(sums, input(`pull/${which}/${name}`, sums.shape)), [1])), [1])
    pulled.push(along('second', second))
    if (statistics.wantsFirst) pulled.push(along('first', first))
  }
  outputs.slope = gradients(pulled.reduce(add), [pixels])[0]!
  return { outputs, name: 'slopes of a tile' }
}

/** Features of the window "pixels" at the named layers. Out: "<layer>", [N, places]. */
export function contentProgram(features: FeaturesOf, window: Side, layers: readonly LayerName[]): Program {
  return { outputs: Object.fromEntries(mapsOf(features, window, layers).maps), name: 'content of a tile' }
}

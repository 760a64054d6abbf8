// What a picture's objective is made of where it is computed tile by tile: the grid, the parts, the programs.

import type { Program } from '../../../engine/contract.ts'
import type { VggKind } from '../../../features/vgg.ts'
import { input } from '../../../graph/tensor.ts'
import type { Side } from '../../../images/bitmap.ts'
import type { FeaturesOf, LayerName } from '../features.ts'
import { pixelProgram } from '../pixel-terms.ts'
import { type Region, type RegionStyle, weighted } from '../problem.ts'
import type { StylizeConfig } from '../schema.ts'
import { type StyleStatistics, statisticsOf } from '../statistics.ts'
import { type Grid, gridOf, marginOf, windowOf } from './grid.ts'
import { positionsOf } from './layer-places.ts'
import { type ContentPart, lossProgram, type StylePart, slopeProgram, sumsProgram } from './programs.ts'

export interface TiledOptions {
  readonly config: Pick<StylizeConfig, 'content' | 'style' | 'variation' | 'pixels'>
  readonly kind: VggKind
  readonly features: FeaturesOf
  /** Sides of the picture. */
  readonly side: Side
  readonly regions: readonly Region[]
  /** Pixels of a window's side. */
  readonly most: number
  readonly seed: number
}

/** What a tiled objective is made of, by its graph alone. */
export interface TiledPlan {
  readonly grid: Grid
  readonly contents: readonly ContentPart[]
  readonly styles: readonly StylePart[]
  readonly statistics: StyleStatistics
  /** Weights of the terms of the network by name. */
  readonly weights: Readonly<Record<string, number>>
  /** Programs of a step; those that nothing asks for are undefined. */
  readonly programs: {
    readonly sums: Program | undefined
    readonly losses: Program | undefined
    readonly slopes: Program | undefined
    readonly pixels: Program | undefined
  }
}

/** Cuts a picture and makes the programs. */
export function planTiles({ config, kind, features, side, regions, most }: TiledOptions): TiledPlan {
  const weights: Record<string, number> = {}
  const named = (term: string, weight: number): string | undefined => {
    if (weight > 0) weights[term] = weight
    return weight > 0 ? term : undefined
  }
  const contentLayers = config.content.weight > 0 ? weighted(config.content.layers, config.content.layerWeights) : []
  const styleLayers = config.style.weight > 0 ? weighted(config.style.layers, config.style.layerWeights) : []
  const layers = [...contentLayers, ...(regions.length > 0 ? styleLayers : [])].map(([layer]) => layer)
  const grid = gridOf(side, most, layers.length > 0 ? marginOf(kind, layers) : { stride: 1, halo: 0 })
  const window = windowOf(grid)
  const statistics = statisticsOf(config.style.statistics, config.style.normalization)
  const channels = channelsOf(features, layers)
  const contents = contentLayers.flatMap(([layer, weight]) => {
    const term = named(`content.${layer}`, config.content.weight * weight)
    const numbers = channels.get(layer)! * positionsOf(side, layer)
    return term ? [{ layer, term, scale: config.content.form === 'half-sum' ? 0.5 : 1 / numbers }] : []
  })
  const styles = regions.flatMap((region, r) =>
    styleLayers.flatMap(([layer, weight]) => {
      const name = regions.length === 1 ? `style.${layer}` : `style.${layer}.${r + 1}`
      const term = named(name, (config.style.weight * weight) / regions.length)
      return term ? [{ name: `${r}/${layer}`, layer, term, positions: alike(region, side, layer) }] : []
    }),
  )
  const hasStyles = styles.length > 0
  return {
    grid,
    contents,
    styles,
    statistics,
    weights,
    programs: {
      sums: hasStyles ? sumsProgram(features, window, styles, statistics) : undefined,
      losses: hasStyles ? lossProgram(styles, channels, statistics) : undefined,
      slopes:
        hasStyles || contents.length > 0 ? slopeProgram(features, window, styles, contents, statistics) : undefined,
      pixels: pixelProgram(config, side),
    },
  }
}

/** How many places a layer has, where all weigh alike. */
export function alike(
  { masked }: Pick<Region | RegionStyle, 'masked'>,
  side: Side,
  layer: LayerName,
): number | undefined {
  return masked ? undefined : positionsOf(side, layer)
}

/** Channels of layers; the smallest picture that has all of them stands for any. */
export function channelsOf(features: FeaturesOf, layers: readonly LayerName[]): Map<LayerName, number> {
  const names = [...new Set(layers)]
  const maps = features(input('any', [1, 3, 32, 32]), names)
  return new Map(names.map((layer, i) => [layer, maps[i]!.shape[1]!]))
}

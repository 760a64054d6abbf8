// Style transfer as a problem of the loop: the pixels are the variable; content is compared place by place, style by
// statistics that forget places (Gatys, Ecker and Bethge 2016). Targets enter as pictures and are prepared once a scale.

import { add, clamp, mul, square, sub } from '../../graph/elementwise.ts'
import { reshape } from '../../graph/layout.ts'
import { mean, sum } from '../../graph/reduce.ts'
import { input, scope, type Tensor } from '../../graph/tensor.ts'
import type { Side } from '../../images/bitmap.ts'
import { withNormalizedGradient } from '../../losses/normalized-gradient.ts'
import type { Problem, WeightedTerm } from '../../optimize/problem.ts'
import type { FeaturesOf, LayerName } from './features.ts'
import { pixelTerms } from './pixel-terms.ts'
import type { StylizeConfig } from './schema.ts'
import { type StyleStatistics, statisticsOf } from './statistics.ts'

/** What a region of the content is styled by. */
export interface RegionStyle {
  /** Place of the style in the config, which names its picture "style/<i>". */
  readonly style: number
  readonly side: Side
  readonly weight: number
  /** Whether its mask is given, as "style/<i>/weights/<layer>". */
  readonly masked: boolean
}

/** A part of the content, and the styles that are mixed in it. */
export interface Region {
  readonly styles: readonly RegionStyle[]
  /** Whether it has weights of its own, given as "region/<r>/weights/<layer>"; otherwise it is the whole picture. */
  readonly masked: boolean
}

export interface ProblemOptions {
  readonly config: Pick<StylizeConfig, 'content' | 'style' | 'variation' | 'pixels' | 'gradients' | 'optimize'>
  readonly features: FeaturesOf
  /** Sides of the picture. */
  readonly side: Side
  readonly regions: readonly Region[]
  /** Whether content counts differently from place to place, by "content/weights/<layer>". */
  readonly contentWeighted: boolean
}

/** Layers with their weights; null weighs all alike, and the weights then add up to 1. */
export function weighted(layers: readonly string[], weights: readonly number[] | null): [LayerName, number][] {
  return layers.map((layer, i) => [layer as LayerName, weights === null ? 1 / layers.length : weights[i]!])
}

/** Learned: "pixels" [1, 3, h, w]. Fed: "lr". Given at a scale's start: "content", "style/<i>", and weights of places. */
export function stylizeProblem(options: ProblemOptions): Problem {
  const { config, features, side, regions } = options
  const shape = [1, 3, side.height, side.width]
  const pixels = input('pixels', shape)
  const content = input('content', shape)
  const held: Record<string, Tensor> = {}
  const prepared: Record<string, Tensor> = {}
  const once = (name: string, value: Tensor): Tensor => {
    prepared[name] = value
    const known = input(name, value.shape)
    held[name] = known
    return known
  }
  /** Weights of places, [1, positions], the same name in every use. */
  const places = new Map<string, Tensor>()
  const placeWeights = (name: string, positions: number): Tensor => {
    const known = places.get(name) ?? input(name, [1, positions])
    places.set(name, known)
    return known
  }

  const contentLayers = config.content.weight > 0 ? weighted(config.content.layers, config.content.layerWeights) : []
  const styleLayers =
    config.style.weight > 0 && regions.length > 0 ? weighted(config.style.layers, config.style.layerWeights) : []
  const names = [...new Set([...contentLayers, ...styleLayers].map(([layer]) => layer))]
  const found = new Map(features(pixels, names).map((map, i) => [names[i]!, map]))

  const terms: Record<string, WeightedTerm> = {}
  const addTerm = (name: string, weight: number, loss: Tensor): void => {
    if (weight > 0) terms[name] = { loss: reshape(loss, [1]), weight }
  }
  /** @param weight of the term that looks at it: a pull of one size has to be given it anew */
  const pulled = (layer: LayerName, weight: number): Tensor => {
    const map = found.get(layer)!
    return config.gradients === 'normalized' ? withNormalizedGradient(map, weight) : map
  }

  const targets = features(
    content,
    contentLayers.map(([layer]) => layer),
  )
  contentLayers.forEach(([layer, weight], i) => {
    const target = once(`target/content/${layer}`, targets[i]!)
    const counts = config.content.weight * weight
    const difference = square(sub(pulled(layer, counts), target))
    const [, n, h, w] = target.shape as [number, number, number, number]
    const loss = scope('content', () => {
      const counted = options.contentWeighted
        ? mul(reshape(difference, [n, h * w]), heldPlaces(held, placeWeights, `content/weights/${layer}`, h * w))
        : difference
      if (config.content.form === 'half-sum') return mul(sum(sum(reshape(counted, [n, h * w]), [1])), 0.5)
      return mean(counted)
    })
    addTerm(`content.${layer}`, counts, loss)
  })

  const statistics = statisticsOf(config.style.statistics, config.style.normalization)
  const share = 1 / Math.max(1, regions.length)
  regions.forEach((region, r) => {
    const blends = blendedTargets(
      region,
      styleLayers.map(([layer]) => layer),
      features,
      statistics,
      placeWeights,
    )
    styleLayers.forEach(([layer, weight], i) => {
      const target = once(`target/style/${r}/${layer}`, blends[i]!)
      const extra = statistics.prepared && once(`target/style/${r}/${layer}/prepared`, statistics.prepared(blends[i]!))
      const counts = config.style.weight * weight * share
      const map = pulled(layer, counts)
      const [, , h, w] = map.shape as [number, number, number, number]
      const weights = region.masked ? heldPlaces(held, placeWeights, `region/${r}/weights/${layer}`, h * w) : undefined
      const loss = statistics.loss(statistics.of(map, weights), target, extra)
      const name = regions.length === 1 ? `style.${layer}` : `style.${layer}.${r + 1}`
      addTerm(name, counts, loss)
    })
  })
  const ofPixels = pixelTerms(config, pixels, () => once('target/pixels', mul(content, 1)))
  for (const [name, { loss, weight }] of Object.entries(ofPixels)) addTerm(name, weight, loss)

  return {
    name: 'style transfer',
    variables: {
      pixels: {
        tensor: pixels,
        rate: input('lr', [1]),
        ...(config.optimize.clamp && { project: (next: Tensor) => clamp(next, 0, 1) }),
      },
    },
    terms,
    views: { picture: mul(pixels, 1) },
    draws: [],
    held,
    prepared,
  }
}

/** Weights of places that the step reads at every step. */
function heldPlaces(
  held: Record<string, Tensor>,
  placeWeights: (name: string, positions: number) => Tensor,
  name: string,
  positions: number,
): Tensor {
  const weights = placeWeights(name, positions)
  held[name] = weights
  return weights
}

/** The statistics of a region's styles at each layer, mixed by their weights. */
function blendedTargets(
  region: Region,
  layers: readonly LayerName[],
  features: FeaturesOf,
  statistics: StyleStatistics,
  placeWeights: (name: string, positions: number) => Tensor,
): Tensor[] {
  const total = region.styles.reduce((all, { weight }) => all + weight, 0)
  const each = region.styles.map(({ style, side, masked }) =>
    features(input(`style/${style}`, [1, 3, side.height, side.width]), layers).map((map, i) => {
      const positions = map.shape[2]! * map.shape[3]!
      return statistics.of(map, masked ? placeWeights(`style/${style}/weights/${layers[i]!}`, positions) : undefined)
    }),
  )
  return layers.map((_, i) =>
    each
      .map((maps, s) => ({ map: maps[i]!, share: region.styles[s]!.weight / total }))
      .map(({ map, share }) => (share === 1 ? map : mul(map, share)))
      .reduce(add),
  )
}

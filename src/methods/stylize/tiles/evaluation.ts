/**
 * Losses and slopes of a picture that is too large for one program, tile by tile: equal to those of the whole, whatever the tiles
 * (programs.ts says why), and in the memory of one of them.
 */

import type { CompileOptions, Program } from '../../../engine/executable.ts'
import { Executable } from '../../../engine/executable.ts'
import type { Feeds } from '../../../engine/values.ts'
import type { VggKind } from '../../../features/vgg.ts'
import { input } from '../../../graph/tensor.ts'
import type { Side } from '../../../images/bitmap.ts'
import { randomStream } from '../../../numbers/random.ts'
import type { Evaluation } from '../../../optimize/problem.ts'
import type { FeaturesOf, LayerName } from '../features.ts'
import { pixelProgram } from '../pixel-terms.ts'
import { mapSide } from '../places.ts'
import { type Region, type RegionStyle, weighted } from '../problem.ts'
import type { StylizeConfig } from '../schema.ts'
import { type StyleStatistics, statisticsOf } from '../statistics.ts'
import { addWindow, coreOnly, type PlanarMap, pasteCore, windowed } from './crop.ts'
import { type Grid, gridOf, marginOf, type Tile, tileCount, tilesOf, windowOf } from './grid.ts'
import {
  type ContentPart,
  contentProgram,
  lossProgram,
  type StylePart,
  slopeProgram,
  sumsProgram,
  targetProgram,
} from './programs.ts'

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

function positionsOf({ width, height }: Side, layer: LayerName): number {
  return mapSide(width, layer) * mapSide(height, layer)
}

/** Places of a layer where all weigh alike. */
function alike({ masked }: Pick<Region | RegionStyle, 'masked'>, side: Side, layer: LayerName): number | undefined {
  return masked ? undefined : positionsOf(side, layer)
}

/** Channels of layers; the smallest picture that has all of them stands for any. */
export function channelsOf(features: FeaturesOf, layers: readonly LayerName[]): Map<LayerName, number> {
  const names = [...new Set(layers)]
  const maps = features(input('any', [1, 3, 32, 32]), names)
  return new Map(names.map((layer, i) => [layer, maps[i]!.shape[1]!]))
}

/** Pixels from one place of a layer to the next. */
export function strideOf(layer: LayerName): number {
  return 2 ** (Number(/(\d)_/u.exec(layer)![1]) - 1)
}

type Sums = Map<string, Float64Array>
type Compiled = { readonly [Name in keyof TiledPlan['programs']]: Executable | undefined }

export class TiledEvaluation implements Evaluation {
  readonly #options: TiledOptions
  readonly #plan: TiledPlan
  readonly #compile: CompileOptions
  readonly #compiled: Compiled
  #targets: Readonly<Record<string, Float32Array>> = {}
  /** Features of the content over the whole picture, by layer. */
  #contents = new Map<LayerName, PlanarMap>()
  #contentPixels: Float32Array = new Float32Array(0)
  /** Weights of places over the whole picture, by part and by layer of the content. */
  #weights = new Map<string, PlanarMap>()
  #places = new Map<LayerName, PlanarMap>()

  private constructor(options: TiledOptions, plan: TiledPlan, compile: CompileOptions, compiled: Compiled) {
    this.#options = options
    this.#plan = plan
    this.#compile = compile
    this.#compiled = compiled
  }

  static async open(options: TiledOptions, plan: TiledPlan, compile: CompileOptions): Promise<TiledEvaluation> {
    const { sums, losses, slopes, pixels } = plan.programs
    // Only one of them keeps its memory from run to run.
    const compiled = async (program: Program | undefined, occasional: boolean) =>
      program && (await Executable.compile(program, { ...compile, occasional }))
    return new TiledEvaluation(options, plan, compile, {
      sums: await compiled(sums, true),
      losses: await compiled(losses, true),
      slopes: await compiled(slopes, false),
      pixels: await compiled(pixels, true),
    })
  }

  get flops(): number {
    const { sums, losses, slopes, pixels } = this.#compiled
    const each = (sums?.flops ?? 0) + (slopes?.flops ?? 0)
    return tileCount(this.#plan.grid) * each + (losses?.flops ?? 0) + (pixels?.flops ?? 0)
  }

  async prepare(given: Feeds): Promise<void> {
    const { side, regions } = this.#options
    const { styles, contents } = this.#plan
    this.#contentPixels = numbersOf(given, 'content')
    this.#weights = new Map(
      styles.map(({ name, layer }) => {
        const [region] = name.split('/')
        return [name, placesOf(side, layer, given[`region/${region}/weights/${layer}`])]
      }),
    )
    this.#places = new Map(
      contents.map(({ layer }) => [
        layer,
        placesOf(side, layer, given[`content/weights/${layer}`] ?? new Float32Array(positionsOf(side, layer)).fill(1)),
      ]),
    )
    await this.#prepareContents()
    const sums: Sums = new Map()
    for (const style of regions.flatMap((region) => region.styles)) await this.#addStyle(style, given, sums)
    await this.#prepareTargets(sums)
  }

  async #prepareContents(): Promise<void> {
    const { side, features } = this.#options
    const { grid, contents } = this.#plan
    const layers = contents.map(({ layer }) => layer)
    if (layers.length === 0) return
    const window = windowOf(grid)
    const channels = channelsOf(features, layers)
    for (const layer of layers) {
      const data = new Float32Array(channels.get(layer)! * positionsOf(side, layer))
      this.#contents.set(layer, { ...mapSides(side, layer), data })
    }
    await this.#onTiles(contentProgram(features, window, layers), grid, this.#contentPixels, side, (tile, out) => {
      for (const layer of layers) pasteCore(this.#contents.get(layer)!, out[layer]!, tile, window, strideOf(layer))
    })
  }

  /** Sums of a style over its own picture, tile by tile where it is large, too. */
  async #addStyle({ style, side }: RegionStyle, given: Feeds, sums: Sums): Promise<void> {
    const { features, kind, most, config } = this.#options
    const { statistics, styles } = this.#plan
    const layers = [...new Set(styles.map(({ layer }) => layer))]
    if (layers.length === 0 || config.style.weight === 0) return
    const parts = layers.map((layer) => ({ name: `${style}/${layer}`, layer }))
    const grid = gridOf(side, most, marginOf(kind, layers))
    const window = windowOf(grid)
    const weights = new Map(
      parts.map(({ name, layer }) => [name, placesOf(side, layer, given[`style/${style}/weights/${layer}`])]),
    )
    await this.#onTiles(
      sumsProgram(features, window, parts, statistics),
      grid,
      numbersOf(given, `style/${style}`),
      side,
      (_, out) => addSums(sums, out),
      (tile) => coresOf(parts, weights, tile, window),
    )
  }

  /** Runs a program once on every tile of a picture. */
  async #onTiles(
    program: Program,
    grid: Grid,
    pixels: Float32Array,
    side: Side,
    take: (tile: Tile, out: Record<string, Float32Array>) => void,
    more: (tile: Tile) => Feeds = () => ({}),
  ): Promise<void> {
    const executable = await Executable.compile(program, { ...this.#compile, occasional: true })
    try {
      for (const tile of tilesOf(grid))
        take(
          tile,
          await executable.run({
            pixels: windowed({ ...side, data: pixels }, tile, windowOf(grid), 1),
            ...more(tile),
          }),
        )
    } finally {
      await executable.dispose()
    }
  }

  async #prepareTargets(sums: Sums): Promise<void> {
    const { regions, features } = this.#options
    const { styles, statistics } = this.#plan
    if (styles.length === 0) return
    const parts = styles.map(({ name, layer }) => {
      const { styles: members } = regions[Number(name.split('/')[0])]!
      const total = members.reduce((all, { weight }) => all + weight, 0)
      return {
        ...{ name, layer },
        styles: members.map((member) => ({
          style: member.style,
          share: member.weight / total,
          positions: alike(member, member.side, layer),
        })),
      }
    })
    const channels = channelsOf(
      features,
      styles.map(({ layer }) => layer),
    )
    const program = targetProgram(parts, channels, statistics)
    const executable = await Executable.compile(program, { ...this.#compile, occasional: true })
    try {
      this.#targets = await executable.run(asFeeds(sums))
    } finally {
      await executable.dispose()
    }
  }

  async run(t: number, feeds: Feeds): Promise<Record<string, Float32Array>> {
    const { side, seed } = this.#options
    const { grid, styles, contents, weights } = this.#plan
    const { sums, losses, slopes, pixels: pixelTerms } = this.#compiled
    const window = windowOf(grid)
    const pixels = { ...side, data: numbersOf(feeds, 'pixels') }
    const tiles = tilesOf(grid, randomStream(seed, 'tiles', t))
    const slope: PlanarMap = { ...side, data: new Float32Array(pixels.data.length) }
    const out: Record<string, Float32Array> = { 'slope/pixels': slope.data, picture: pixels.data }
    const seen = (tile: Tile): Record<string, Float32Array> => ({
      pixels: windowed(pixels, tile, window, 1),
      ...coresOf(styles, this.#weights, tile, window),
    })

    let pulls: Record<string, Float32Array> = {}
    if (sums && losses) {
      const all: Sums = new Map()
      for (const tile of tiles) addSums(all, await sums.run(seen(tile)))
      pulls = await losses.run({ ...feeds, ...this.#targets, ...asFeeds(all) })
    }
    const contentLosses = new Map(contents.map(({ term }) => [term, 0]))
    for (const tile of slopes ? tiles : []) {
      const targets = contents.flatMap(({ layer }) => [
        [`content/${layer}`, windowed(this.#contents.get(layer)!, tile, window, strideOf(layer))],
        [`places/${layer}`, coreOnly(this.#places.get(layer)!, tile, window, strideOf(layer))],
      ])
      const part = await slopes!.run({ ...feeds, ...seen(tile), ...pulls, ...Object.fromEntries(targets) })
      addWindow(slope, part.slope!, tile, window)
      for (const [term, sofar] of contentLosses) contentLosses.set(term, sofar + part[`loss/${term}`]![0]!)
      // A step takes minutes; timers get their turn in between.
      await new Promise(setImmediate)
    }
    for (const { term } of styles) out[`loss/${term}`] = pulls[`loss/${term}`]!
    for (const [term, loss] of contentLosses) out[`loss/${term}`] = Float32Array.of(loss)
    if (pixelTerms) {
      const { slope: own, ...rest } = await pixelTerms.run({ ...feeds, 'target/pixels': this.#contentPixels })
      Object.assign(out, rest)
      for (let i = 0; i < slope.data.length; i++) slope.data[i]! += own![i]!
    }
    out['loss/total'] = Float32Array.of(totalOf(out, { ...weights, ...pixelWeights(this.#options.config) }))
    return out
  }

  async dispose(): Promise<void> {
    await Promise.all(Object.values(this.#compiled).map((one) => one?.dispose()))
  }
}

/** Weights of the terms that need no network. */
export function pixelWeights({
  variation,
  pixels,
}: Pick<StylizeConfig, 'variation' | 'pixels'>): Record<string, number> {
  return {
    ...(variation.weight > 0 && { variation: variation.weight }),
    ...(pixels.weight > 0 && { pixels: pixels.weight }),
  }
}

function totalOf(out: Readonly<Record<string, Float32Array>>, weights: Readonly<Record<string, number>>): number {
  return Object.entries(weights).reduce((sum, [term, weight]) => sum + weight * out[`loss/${term}`]![0]!, 0)
}

function mapSides({ width, height }: Side, layer: LayerName): Side {
  return { width: mapSide(width, layer), height: mapSide(height, layer) }
}

/** Weights of a layer's places; where none are given all weigh alike and add up to 1. */
function placesOf(side: Side, layer: LayerName, given: Feeds[string] | undefined): PlanarMap {
  const count = positionsOf(side, layer)
  const data = given ? Float32Array.from(given) : new Float32Array(count).fill(1 / count)
  return { ...mapSides(side, layer), data }
}

/** "weights/<part>" of a tile. */
function coresOf(
  parts: readonly Pick<StylePart, 'name' | 'layer'>[],
  weights: ReadonlyMap<string, PlanarMap>,
  tile: Tile,
  window: Side,
): Record<string, Float32Array> {
  return Object.fromEntries(
    parts.map(({ name, layer }) => [`weights/${name}`, coreOnly(weights.get(name)!, tile, window, strideOf(layer))]),
  )
}

function addSums(sums: Sums, part: Readonly<Record<string, Float32Array>>): void {
  for (const [name, values] of Object.entries(part)) {
    const sofar = sums.get(name) ?? new Float64Array(values.length)
    sums.set(name, sofar)
    for (let i = 0; i < values.length; i++) sofar[i]! += values[i]!
  }
}

function asFeeds(sums: Sums): Record<string, Float32Array> {
  return Object.fromEntries([...sums].map(([name, values]) => [name, Float32Array.from(values)]))
}

function numbersOf(feeds: Feeds, name: string): Float32Array {
  const values = feeds[name]
  return values instanceof Float32Array ? values : Float32Array.from(values ?? [])
}

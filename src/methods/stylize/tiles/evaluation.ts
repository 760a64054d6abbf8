/**
 * Losses and slopes of a picture that is too large for one program, tile by tile: equal to those of the whole, whatever the tiles
 * (programs.ts says why), and in the memory of one of them.
 */

import { type CompileOptions, Executable, type Program } from '../../../engine/executable.ts'
import type { Feeds } from '../../../engine/values.ts'
import type { Side } from '../../../images/bitmap.ts'
import { randomStream } from '../../../numbers/random.ts'
import type { Evaluation } from '../../../optimize/problem.ts'
import type { LayerName } from '../features.ts'
import { pixelWeights } from '../pixel-terms.ts'
import type { RegionStyle } from '../problem.ts'
import { addWindow, coreOnly, type PlanarMap, pasteCore, windowed } from './crop.ts'
import { type Grid, gridOf, marginOf, type Tile, tileCount, tilesOf, windowOf } from './grid.ts'
import { coresOf, mapSides, placesOf, positionsOf, strideOf } from './layer-places.ts'
import { alike, channelsOf, type TiledOptions, type TiledPlan } from './plan.ts'
import { contentProgram, sumsProgram, targetProgram } from './programs.ts'

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

function totalOf(out: Readonly<Record<string, Float32Array>>, weights: Readonly<Record<string, number>>): number {
  return Object.entries(weights).reduce((sum, [term, weight]) => sum + weight * out[`loss/${term}`]![0]!, 0)
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

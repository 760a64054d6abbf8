// One scale of a style transfer: from the pictures at its size to a course of the loop. What the loop does not keep, the
// lowest-loss picture and an average of the latest ones, is kept here and saved with the state.

import { type Bitmap, toPlanar } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import type { StepReport } from '../../optimize/descent.ts'
import type { ArrayTensors, Course } from '../../optimize/problem.ts'
import { kindOfRole } from './config.ts'
import type { FeaturesOf } from './features.ts'
import { contentWeights, mapSide, statisticsWeights } from './places.ts'
import { type Region, stylizeProblem, weighted } from './problem.ts'
import type { StylizeConfig } from './schema.ts'
import { scaledSide, styleSide } from './sides.ts'
import { tileFor } from './tiles/choice.ts'
import { tiledProblem } from './tiles/problem.ts'

/** Pictures of a run, at their own sizes. */
export interface StylizePictures {
  readonly content: Bitmap
  /** With the colours that they are looked at in. */
  readonly styles: readonly Bitmap[]
  /** Gray, of their style's sides; undefined where all of a style counts. */
  readonly styleMasks: readonly (Bitmap | undefined)[]
  /** Gray, of the content's sides: where each style goes. */
  readonly regionMasks: readonly (Bitmap | undefined)[]
  /** Gray, of the content's sides: where faces are. */
  readonly faces: Bitmap | undefined
}

/** A scale's course, and the pictures that it keeps by the way. */
export interface ScaleCourse extends Course {
  readonly width: number
  readonly height: number
  /** Takes note of a step; its views must have been asked for. */
  follow(report: StepReport): void
  /** Planar [3, h, w] in 0..1. */
  kept(): { readonly best: Float32Array; readonly average: Float32Array }
}

export interface ScaleOptions {
  readonly config: StylizeConfig
  readonly pictures: StylizePictures
  readonly features: FeaturesOf
  readonly scale: number
  readonly seed: number
  /** Planar [3, h, w] in 0..1 to begin with, of the sides that `sideAt` gives. */
  readonly start: Float32Array
}

/** Steps of a scale. */
export function stepsAt({ size, optimize }: Pick<StylizeConfig, 'size' | 'optimize'>, scale: number): number {
  if (scale >= size.scales.length) return 0
  return optimize.steps[Math.min(scale, optimize.steps.length - 1)]!
}

/** Sides of the picture at a scale. */
export function sideAt(config: Pick<StylizeConfig, 'size'>, content: Bitmap, scale: number) {
  return scaledSide(content, config.size.scales[scale]!)
}

/** A picture at a size, 0..1, planar. */
export function pixelsAt(picture: Bitmap, width: number, height: number): Float32Array {
  const color = toColor(picture)
  const sized = color.width === width && color.height === height ? color : resize(color, width, height, 'lanczos')
  return toPlanar(sized, '01')
}

/** Styles by the region that they go to: those of one mask are mixed there. */
export function regionsOf(config: StylizeConfig, pictures: StylizePictures, longest: number): Region[] {
  if (config.style.weight === 0) return []
  const byMask = new Map<string, number[]>()
  config.styles.forEach(({ region }, i) => {
    byMask.set(region ?? '', [...(byMask.get(region ?? '') ?? []), i])
  })
  return [...byMask].map(([mask, members]) => ({
    masked: mask !== '' || (pictures.faces !== undefined && config.faces.style !== 1),
    styles: members.map((style) => ({
      style,
      side: styleSide(pictures.styles[style]!, longest, config.size.styleScale),
      weight: config.styles[style]!.weight ?? 1,
      masked: pictures.styleMasks[style] !== undefined,
    })),
  }))
}

export function scaleCourse(options: ScaleOptions): ScaleCourse {
  const { config, pictures, features, scale, seed, start } = options
  const side = sideAt(config, pictures.content, scale)
  const regions = regionsOf(config, pictures, config.size.scales[scale]!)
  const contentWeighted = pictures.faces !== undefined && config.faces.content !== 1 && config.content.weight > 0
  const most = tileFor(config, side)
  const kind = kindOfRole(config.network.role)
  const problem =
    most === undefined
      ? stylizeProblem({ config, features, side, regions, contentWeighted })
      : tiledProblem({ config, kind, features, side, regions, most, seed })
  const given: Record<string, Float32Array> = { content: pixelsAt(pictures.content, side.width, side.height) }
  for (const { styles } of regions)
    for (const { style, side: own } of styles)
      given[`style/${style}`] = pixelsAt(pictures.styles[style]!, own.width, own.height)
  const places = placeWeightsOf(options, regions, contentWeighted)
  const { decay } = config.keep
  let best: Float32Array<ArrayBufferLike> = start
  let lowest = Number.POSITIVE_INFINITY
  let average: Float32Array<ArrayBufferLike> = new Float32Array(start.length)
  let share = 0
  const shape = [1, 3, side.height, side.width]

  return {
    ...side,
    problem,
    steps: [stepsAt(config, scale)],
    enough: config.optimize.enough,
    seed,
    start: { pixels: start, ...places.held },
    told: [],
    feeds: () => ({ lr: [config.optimize.lr] }),
    // Tiles cut what is held out of the whole, too.
    given: async () => ({ ...given, ...places.given, ...(most === undefined ? {} : places.held) }),
    follow({ total, views }) {
      const picture = views?.picture
      if (!picture) return
      if (total < lowest) {
        lowest = total
        best = picture.slice()
      }
      share = decay * share + (1 - decay)
      for (let i = 0; i < picture.length; i++) average[i] = decay * average[i]! + (1 - decay) * picture[i]!
    },
    kept: () => ({ best, average: share > 0 ? average.map((v) => v / share) : start }),
    memory: {
      stageStarts: async () => {},
      save: async () => ({
        'kept/best': { shape, data: Float32Array.from(best) },
        'kept/average': { shape, data: average.slice() },
        'kept/numbers': { shape: [2], data: Float32Array.of(lowest, share) },
      }),
      load(saved: ArrayTensors) {
        best = Float32Array.from(saved['kept/best']!.data)
        average = Float32Array.from(saved['kept/average']!.data)
        ;[lowest, share] = [saved['kept/numbers']!.data[0]!, saved['kept/numbers']!.data[1]!]
        return {}
      },
    },
  }
}

/** Weights of places by the names that the problem gives them: those that steps read, and those of the styles. */
function placeWeightsOf(
  { config, pictures, scale }: ScaleOptions,
  regions: readonly Region[],
  contentWeighted: boolean,
): { held: Record<string, Float32Array>; given: Record<string, Float32Array> } {
  const side = sideAt(config, pictures.content, scale)
  const mapsOf = (of: { width: number; height: number }, layer: string) => ({
    width: mapSide(of.width, layer),
    height: mapSide(of.height, layer),
  })
  const held: Record<string, Float32Array> = {}
  const given: Record<string, Float32Array> = {}
  if (contentWeighted)
    for (const [layer] of weighted(config.content.layers, config.content.layerWeights))
      held[`content/weights/${layer}`] = contentWeights(pictures.faces!, config.faces.content, mapsOf(side, layer))
  regions.forEach((region, r) => {
    for (const [layer] of weighted(config.style.layers, config.style.layerWeights)) {
      if (region.masked) {
        const mask = pictures.regionMasks[region.styles[0]!.style]
        held[`region/${r}/weights/${layer}`] = statisticsWeights(
          [
            ...(mask ? [{ mask, black: 0, white: 1 }] : []),
            ...(pictures.faces ? [{ mask: pictures.faces, black: 1, white: config.faces.style }] : []),
          ],
          mapsOf(side, layer),
        )
      }
      for (const { style, side: own, masked } of region.styles)
        if (masked)
          given[`style/${style}/weights/${layer}`] = statisticsWeights(
            [{ mask: pictures.styleMasks[style]!, black: 0, white: 1 }],
            mapsOf(own, layer),
          )
    }
  })
  return { held, given }
}

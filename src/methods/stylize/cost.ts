// What a style transfer computes, scale by scale, and whether there is memory for it.

import { costOf, type ProgramCost, programCost } from '../../engine/cost.ts'
import { requireMemory } from '../../engine/memory.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Side } from '../../images/bitmap.ts'
import type { Problem } from '../../optimize/problem.ts'
import { stepProgram, updateProgram } from '../../optimize/step.ts'
import { bytesOf } from '../estimate.ts'
import type { PhaseCost } from '../method.ts'
import { countedLayers, kindOfRole } from './config.ts'
import { stepsAt } from './course.ts'
import type { FeaturesOf } from './features.ts'
import { mapSide } from './places.ts'
import { type Region, stylizeProblem } from './problem.ts'
import type { StylizeConfig } from './schema.ts'
import { scaledSide, styleSide } from './sides.ts'
import { canBeTiled, tileFor } from './tiles/choice.ts'
import { leastWindow, marginOf, tileCount, windowOf } from './tiles/grid.ts'
import { channelsOf, planTiles } from './tiles/plan.ts'
import { tiledOutline } from './tiles/problem.ts'

/** @param picture sides of the content; a square where they are not known */
export function stylizeCost(
  config: StylizeConfig,
  features: FeaturesOf,
  picture: Side = { width: 1, height: 1 },
): PhaseCost[] {
  return config.size.scales.map((longest, scale) => {
    const side = scaledSide(picture, longest)
    const regions = regionsFor(config, longest)
    const most = tileFor(config, side)
    const name = `${side.width}×${side.height} px`
    const runs = stepsAt(config, scale)
    return most === undefined
      ? { name, runs, ...wholeCost(config, features, side, regions) }
      : { ...tiledCost(config, features, side, regions, most, name), runs }
  })
}

/** Styles as large as they can be: what their files have is not known before they are read. */
function regionsFor(config: StylizeConfig, longest: number): Region[] {
  if (config.styles.length === 0 || config.style.weight === 0) return []
  const styles = config.styles.map((_, style) => ({
    style,
    side: styleSide({ width: longest, height: longest }, longest, config.size.styleScale),
    weight: 1,
    masked: false,
  }))
  return [{ masked: false, styles }]
}

/** An evaluation of L-BFGS costs what a step of Adam does, but for its own sums and its memory. */
function wholeCost(config: StylizeConfig, features: FeaturesOf, side: Side, regions: readonly Region[]): ProgramCost {
  const problem: Problem = stylizeProblem({ config, features, side, regions, contentWeighted: false })
  const { betas, eps, name, history } = config.optimize.optimizer
  const cost = programCost(stepProgram(problem, { name: 'adam', betas, eps }))
  const pairs = name === 'lbfgs' ? 2 * Math.min(history, Math.max(...config.optimize.steps)) : 0
  return { ...cost, held: cost.held + pairs * pictureBytes(side) + keptBytes(side) }
}

function tiledCost(
  config: StylizeConfig,
  features: FeaturesOf,
  side: Side,
  regions: readonly Region[],
  most: number,
  name: string,
): ProgramCost & { readonly name: string } {
  const options = { config, kind: kindOfRole(config.network.role), features, side, regions, most, seed: 0 }
  const { grid, programs, contents, styles } = planTiles(options)
  const { betas, eps } = config.optimize.optimizer
  const update = programCost(updateProgram(tiledOutline(options), { name: 'adam', betas, eps }))
  const each = [programs.sums, programs.slopes].flatMap((program) => (program ? [programCost(program)] : []))
  const once = [programs.losses, programs.pixels].flatMap((program) => (program ? [programCost(program)] : []))
  const cost = costOf([
    ...each.map((one) => [one, tileCount(grid)] as const),
    ...[...once, update].map((one) => [one, 1] as const),
  ])
  // The program of the slopes keeps its memory while the others have theirs in turn.
  const [sums = 0, slopes = sums] = each.map(({ held }) => held)
  const others = Math.max(each.length > 1 ? sums : 0, update.held, ...once.map(({ held }) => held))
  const channels = channelsOf(
    features,
    contents.map(({ layer }) => layer),
  )
  const places = (layer: string): number => mapSide(side.width, layer) * mapSide(side.height, layer)
  const maps = [
    ...contents.map(({ layer }) => (channels.get(layer)! + 1) * places(layer)),
    ...styles.map(({ layer }) => places(layer)),
  ].reduce((sum, count) => sum + 4 * count, 0)
  // Pixels, content and slopes on this side of the engine.
  const held = slopes + others + maps + 3 * pictureBytes(side) + keptBytes(side)
  const window = windowOf(grid)
  return { ...cost, held, name: `${name} in ${tileCount(grid)} tiles of ${window.width}×${window.height}` }
}

function pictureBytes({ width, height }: Side): number {
  return 4 * sizeOf([3, height, width])
}

/**
 * Copies of the picture on this side of the engine: the one of lowest loss and the average, bitmaps, what a step leaves behind
 * until it is collected, and a state that is being saved (measured at 3000×2000 px: 1.3 GB).
 */
const COPIES = 16

function keptBytes(side: Side): number {
  return COPIES * pictureBytes(side)
}

/** Tiles that are proposed where memory does not suffice, the largest first. */
const TILES = [1536, 1152, 896, 768, 640, 512, 384, 320, 256, 192]

/** @throws MemoryError where a scale does not fit, with the tile that does */
export function requireScaleMemory(
  config: StylizeConfig,
  features: FeaturesOf,
  picture: Side,
  available?: number,
): void {
  const cost = stylizeCost(config, features, picture)
  const largest = cost.reduce((a, b) => (b.held > a.held ? b : a))
  const fits = (tile: number, bytes: number): boolean =>
    bytesOf(stylizeCost({ ...config, size: { ...config.size, tile } }, features, picture)) <= bytes
  requireMemory(
    bytesOf([largest]),
    largest.name,
    (bytes) => {
      const layers = countedLayers(config)
      const least = layers.length > 0 ? leastWindow(marginOf(kindOfRole(config.network.role), layers)) : 16
      const tile = canBeTiled(config) ? TILES.find((one) => one >= least && fits(one, bytes)) : undefined
      return tile === undefined ? 'choose a smaller last scale, or end other programs' : `--set size.tile=${tile} fits`
    },
    available,
  )
}

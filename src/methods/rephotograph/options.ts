// What an optimization of a portrait is given, and what it leaves.

import type { DegradationConfig } from '../../degrade/degrade.ts'
import type { Side, StageFiles } from '../../degrade/stage.ts'
import type { CompileOptions } from '../../engine/executable.ts'
import type { Descended, Snapshot } from '../../optimize/descent.ts'
import type { Enough } from '../../optimize/enough.ts'
import type { OptimizerConfig } from '../../optimize/optimizers/index.ts'
import type { ArrayTensors } from '../../optimize/problem.ts'
import type { LossesConfig } from './losses.ts'
import type { NetworkOf } from './term.ts'
import type { TuneConfig } from './tune/schema.ts'

export interface OptimizeConfig {
  /** Iterations of each stage. */
  steps: readonly number[]
  /** Resolution whose latents the first stage optimizes; doubles with each stage. */
  coarseMin: number
  lr: number
  noiseLr: number
  cameraLr: number
  /** Parts of the run in which the rates rise, and fall to nothing; 0: they stay. */
  ramp: { up: number; down: number }
  /** When a stage ends early; absent: never. */
  enough?: Enough
  optimizer: OptimizerConfig
  normalizeNoise: boolean
  latentNoise: { strength: number; ramp: number }
}

/** Codes of a picture: w+ [latents, styleDim], noise maps, and the degradation's parameters by full name. */
export interface Codes {
  readonly latent: Float32Array
  readonly noise: readonly Float32Array[]
  readonly camera: Readonly<Record<string, readonly number[]>>
  /** Weights of a generator that was tuned, by name; absent where it is the pack's. */
  readonly generator?: ArrayTensors
}

export interface OptimizeOptions {
  network: NetworkOf
  degradation: DegradationConfig
  /** Pictures that the degradation's config names, read. */
  files?: StageFiles
  losses: LossesConfig
  optimize: OptimizeConfig
  /** Tuning of the generator after the codes; absent: none. */
  tune?: TuneConfig
  seed: number
  target: { side: Side; data: Float32Array }
  start: Pick<Codes, 'latent' | 'noise'>
  /** Goes on from here. */
  resume?: Snapshot
  /** Deviation of w over the population, for `latentNoise`. */
  latentDeviation?: number
  compile?: CompileOptions
  /** Instead of the seed: integers to feed for a draw, noise for a stage's fresh sibling. */
  overrides?: { draws?: Readonly<Record<string, number[] | Float32Array>>; freshNoise?: (side: number) => Float32Array }
}

export interface Optimized extends Descended {
  readonly codes: Codes
}

// What an optimization is given, what it tells while it runs, and what it leaves: the types of the loop's two ends.

import type { DegradationConfig } from '../degrade/degrade.ts'
import type { Side, StageFiles } from '../degrade/stage.ts'
import type { CompileOptions } from '../engine/executable.ts'
import type { LossesConfig } from './losses.ts'
import type { RAdamConfig } from './radam.ts'
import type { ObjectiveNetworks } from './term.ts'

export interface OptimizeConfig {
  /** Iterations of each stage. */
  steps: readonly number[]
  /** Resolution whose latents the first stage optimizes; doubles with each stage. */
  coarseMin: number
  lr: number
  noiseLr: number
  cameraLr: number
  optimizer: RAdamConfig
  normalizeNoise: boolean
  latentNoise: { strength: number; ramp: number }
}

export interface ArrayTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Everything an interrupted optimization needs: named arrays, and how many steps were taken. */
export interface Snapshot {
  step: number
  tensors: Record<string, ArrayTensor>
}

/** Codes of a picture: w+ [latents, styleDim], noise maps, and the degradation's parameters by full name. */
export interface Codes {
  latent: Float32Array
  noise: Float32Array[]
  camera: Record<string, number[]>
}

export interface StepReport {
  stage: number
  /** Steps taken before this one, over all stages. */
  step: number
  totalSteps: number
  /** Raw losses by term, before the step; the total is weighted. */
  losses: Record<string, number>
  total: number
  /** The degradation's parameters after the step. */
  camera: Record<string, number[]>
  milliseconds: number
  /** [3, size, size] and [3, h, w] in ±1, of the parameters before the step; only when `wantPictures` said so. */
  pictures?: { image: Float32Array; degraded: Float32Array }
}

export interface OptimizeOptions {
  networks: ObjectiveNetworks
  degradation: DegradationConfig
  /** Pictures that the degradation's config names, read. */
  files?: StageFiles
  losses: LossesConfig
  optimize: OptimizeConfig
  seed: number
  target: { side: Side; data: Float32Array }
  start: { latent: Float32Array; noise: readonly Float32Array[] }
  /** Goes on from here. */
  resume?: Snapshot
  /** Deviation of w over the population, for `latentNoise`. */
  latentDeviation?: number
  compile?: CompileOptions
  /** Instead of the seed: integers to feed for a draw, noise for a stage's fresh sibling. */
  overrides?: { draws?: Readonly<Record<string, number[] | Float32Array>>; freshNoise?: (side: number) => Float32Array }
}

export interface OptimizeObserver {
  onCompiled?(facts: { flops: number; milliseconds: number }): void
  wantPictures?(step: number): boolean
  /** May save `snapshot()`; awaited. */
  onStep?(report: StepReport, snapshot: () => Promise<Snapshot>): void | Promise<void>
}

export interface Optimized {
  /** False when the signal stopped it. */
  finished: boolean
  snapshot: Snapshot
  codes: Codes
}

/** A saved state that is not one of this optimization. */
export class StateError extends Error {
  override name = 'StateError'
}

/** A loss or parameter that is not a number: names what, where, and what was kept. */
export class DivergedError extends Error {
  override name = 'DivergedError'
  readonly snapshot: Snapshot

  constructor(what: string, step: number, snapshot: Snapshot) {
    super(
      `${what} is not a number at step ${step}; the state after ${snapshot.step} steps was kept; try lower learning rates`,
    )
    this.snapshot = snapshot
  }
}

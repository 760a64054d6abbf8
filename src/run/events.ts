/**
 * What a run tells while it goes on. One callback hears everything; who wants a progress line, a live page or nothing
 * at all decides for himself, and the run prints nothing.
 */
import type { Bitmap } from '../images/bitmap.ts'

/** One term of the objective: as measured, and as it counts. */
export interface LossTerm {
  readonly raw: number
  readonly weighted: number
}

/** The objective before one step. */
export interface LossRecord {
  readonly total: number
  readonly terms: Readonly<Record<string, LossTerm>>
}

/** A part of a run; which there are, and in which order, its method says. */
export type PhaseName = string

/** A step of the optimization has been taken. `step` counts over all stages, from 1. */
export interface StepEvent {
  readonly type: 'step'
  /** From 0. */
  readonly stage: number
  readonly stages: number
  readonly step: number
  readonly totalSteps: number
  readonly losses: LossRecord
  /** The learned numbers of the degradation, by name. */
  readonly camera: Readonly<Record<string, number>>
  readonly milliseconds: number
}

/** A part of a picture has been done, of those that a pass over it takes one after the other. */
export interface TileEvent {
  readonly type: 'tile'
  /** Counts from 1. */
  readonly done: number
  readonly total: number
  readonly milliseconds: number
}

/** Everything that a run reports. */
export type RunEvent =
  | TileEvent
  | { readonly type: 'phase'; readonly name: PhaseName; readonly words?: string; readonly detail?: string }
  | StepEvent
  /** The run has its folder, in which everything will be found. */
  | { readonly type: 'begin'; readonly folder: string; readonly method: string }
  /** A picture on the way was written; itself only in the thread that made it. */
  | { readonly type: 'frame'; readonly step: number; readonly bitmap?: Bitmap }
  /** A fact worth a line. */
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'warning'; readonly message: string }

/** Hears what a run reports. */
export type RunObserver = (event: RunEvent) => void

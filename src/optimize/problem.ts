/**
 * What an optimization is about, without knowing what it is for: variables that are learned, terms that are added up,
 * pictures to look at on the way. A method makes a problem from its networks and its config; the loop (descent.ts) and its
 * drivers walk it. The first half is the graph alone, so that steps can be counted and exported without a number in hand.
 */
import type { CompileOptions } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Random } from '../numbers/random.ts'
import type { Enough } from './enough.ts'

/** A tensor that is learned. */
export interface Variable {
  /** An input of the graph that has the variable's name. */
  readonly tensor: Tensor
  /** Its learning rate: broadcasts with the tensor; inputs that it is made of are fed at every step. */
  readonly rate: Tensor
  /** Brings it back to where it has a meaning, after each step. */
  readonly project?: (next: Tensor) => Tensor
}

/** A part of the objective. */
export interface WeightedTerm {
  /** A single number [1], unweighted. */
  readonly loss: Tensor
  /** Fed as "weight/<term>", so that a sweep over weights needs one compiled model. */
  readonly weight: number
}

/** Numbers that are drawn for every step and fed under `name`. */
export interface Draw {
  readonly name: string
  readonly sample: (random: Random) => number[] | Float32Array
}

/** What the loop knows of an objective, however its losses come about. */
export interface Outline {
  /** Shown by viewers of the model. */
  readonly name: string
  readonly variables: Readonly<Record<string, Variable>>
  readonly terms: Readonly<Record<string, Pick<WeightedTerm, 'weight'>>>
  /** What can be looked at beside the losses, of the variables before the step, by name. */
  readonly views: Readonly<Record<string, unknown>>
  readonly draws: readonly Draw[]
}

/** The graph of an objective. */
export interface Problem extends Outline {
  readonly terms: Readonly<Record<string, WeightedTerm>>
  readonly views: Readonly<Record<string, Tensor>>
  /** Inputs that keep their numbers from step to step. */
  readonly held: Readonly<Record<string, Tensor>>
  /** Some of `held`, as functions of what is given at the start of a stage. */
  readonly prepared: Readonly<Record<string, Tensor>>
}

/** An objective that is too large for one program: its losses and slopes are computed part by part. */
export interface PartedProblem extends Outline {
  open(compile: CompileOptions): Promise<Evaluation>
}

/** What computes it. */
export interface Evaluation {
  /** Floating-point operations of a step. */
  readonly flops: number
  /** Computes what the steps of a stage read and do not change. */
  prepare(given: Feeds): Promise<void>
  /**
   * Losses and slopes of the variables as they are.
   * @param t number of the step within its stage, from 1
   * @param feeds the variables, "weight/<term>" and whatever else is fed
   * @returns "loss/total", "loss/<term>", "slope/<variable>" and the views
   */
  run(t: number, feeds: Feeds): Promise<Record<string, Float32Array>>
  dispose(): Promise<void>
}

/** Where an optimization stands. */
export interface Position {
  readonly stage: number
  /** Steps taken before this one, over all stages. */
  readonly step: number
  /** Steps that there are, as far as is known: fewer than planned once a stage had enough. */
  readonly totalSteps: number
  /** The same place among the steps that were planned: what rates that change over a run follow. */
  readonly plan: { readonly step: number; readonly totalSteps: number }
}

/** Reads what is learned and held as it stands. */
export type ReadState = (name: string) => Promise<Float32Array>

/** Numbers with a shape. */
export interface ArrayTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Arrays by name. */
export type ArrayTensors = Readonly<Record<string, ArrayTensor>>

/** How a problem is walked: the numbers that its graph does not have. */
export interface Course {
  readonly problem: Problem | PartedProblem
  /** Steps of each stage; every stage begins with a fresh optimizer. */
  readonly steps: readonly number[]
  /** When a stage ends before; by default never. */
  readonly enough?: Enough
  /**
   * The planned step that is next where nothing is gained any more; undefined where a step says nothing of that, as while rates change.
   * By default the end of the stage, which is the latest.
   */
  goesOn?(stage: number, plan: Position['plan']): number | undefined
  readonly seed: number
  /** Where variables, and what is held but not prepared, begin. */
  readonly start: Readonly<Record<string, Numbers>>
  /** What is fed at a step besides draws, weights and the optimizer's own numbers. */
  feeds(at: Position): Feeds
  /** Variables of a few numbers, which are told after every step and must stay numbers. */
  readonly told: readonly string[]
  /** What the prepared inputs of a stage, or the parts of a problem, are computed from. */
  given?(stage: number, read: ReadState): Promise<Feeds>
  /** What the course itself must remember from the start of a stage on, and gets back when it is resumed. */
  readonly memory?: {
    stageStarts(read: ReadState): Promise<void>
    save(read: ReadState): Promise<ArrayTensors>
    /** Takes it back; returns the numbers of held inputs that it knows. */
    load(saved: ArrayTensors): Readonly<Record<string, Numbers>>
  }
}

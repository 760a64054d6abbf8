/**
 * Which step comes next: the stages as they are planned, less what is left out of them once nothing is gained any more. All of it
 * follows from the losses so far and stands in the state: a run that goes on ends its stages where it would have.
 */
import { type Enough, hasEnough } from './enough.ts'
import { StateError } from './errors.ts'
import type { ArrayTensor, ArrayTensors, Course, Position } from './problem.ts'

/** A stage that had enough. */
export interface EndedStage {
  /** From 0. */
  readonly stage: number
  /** Steps that it takes in all, those included that are still to come where rates have to fall first. */
  readonly steps: number
  readonly planned: number
}

/** Under these a state has the steps that are left out of each stage, and the losses that are compared. */
const LEFT = 'enough/left'
const LOSSES = 'enough/losses'

export class Schedule {
  readonly #course: Pick<Course, 'steps' | 'enough' | 'goesOn'>
  readonly #left: number[]
  /** Losses of the running stage that count, two windows of them. */
  #losses: number[] = []
  #done = 0

  constructor(course: Pick<Course, 'steps' | 'enough' | 'goesOn'>) {
    this.#course = course
    this.#left = course.steps.map(() => 0)
  }

  /** Steps taken. */
  get done(): number {
    return this.#done
  }

  /** Steps that there are to take, as far as is known. */
  get totalSteps(): number {
    return this.begin(this.#course.steps.length)
  }

  get isFinished(): boolean {
    return this.#done >= this.totalSteps
  }

  /** Steps that were taken when a stage begins. */
  begin(stage: number): number {
    return sum(this.#course.steps.slice(0, stage)) - sum(this.#left.slice(0, stage))
  }

  isOver(stage: number): boolean {
    return this.#done >= this.begin(stage + 1)
  }

  /** Where the next step stands, in a stage that is not over. */
  at(stage: number): Position {
    const step = this.#done + sum(this.#left.slice(0, stage + 1))
    const plan = { step, totalSteps: sum(this.#course.steps) }
    return { stage, step: this.#done, totalSteps: this.totalSteps, plan }
  }

  /** Counts a step that was taken; says so where its stage had enough by it. */
  took(at: Position, loss: number): EndedStage | undefined {
    this.#done++
    const ended = this.#judge(at, loss)
    if (this.isOver(at.stage)) this.#losses = []
    return ended
  }

  #judge({ stage, plan }: Position, loss: number): EndedStage | undefined {
    const { steps, enough, goesOn } = this.#course
    if (!isAsked(enough) || this.#left[stage]! > 0) return undefined
    const end = sum(steps.slice(0, stage + 1))
    const next = goesOn ? goesOn(stage, plan) : end
    if (next === undefined) return undefined
    this.#losses = [...this.#losses, loss].slice(-2 * enough.window)
    const left = Math.min(next, end) - plan.step - 1
    if (left <= 0 || !hasEnough(this.#losses, enough)) return undefined
    this.#left[stage] = left
    this.#losses = []
    return { stage, steps: steps[stage]! - left, planned: steps[stage]! }
  }

  /** What a state must have of it: nothing where no stage can have enough. */
  save(): ArrayTensors {
    if (!isAsked(this.#course.enough)) return {}
    return withLeftOut(this.#losses.length > 0 ? { [LOSSES]: flat(this.#losses) } : {}, this.#left)
  }

  /** @returns the stages that had enough; @throws StateError for a state of other stages */
  load(done: number, saved: ArrayTensors): readonly EndedStage[] {
    this.#done = done
    const { steps, enough } = this.#course
    // What a state says of stages before this course is not about it.
    if (!isAsked(enough)) return []
    const ended = endedStages(steps, saved)
    for (const { stage, steps: taken, planned } of ended) this.#left[stage] = planned - taken
    this.#losses = [...(saved[LOSSES]?.data ?? [])]
    return ended
  }
}

/**
 * Stages of a state that had enough; none where nothing is said of it.
 * @throws StateError for another number of stages
 */
export function endedStages(steps: readonly number[], saved: ArrayTensors): EndedStage[] {
  const left = saved[LEFT]?.data
  if (!left) return []
  const fits = left.length === steps.length && steps.every((planned, i) => left[i]! >= 0 && left[i]! < planned)
  if (!fits) throw new StateError(`${LEFT}: expected steps left out of ${steps.length} stages, found others`)
  return steps.flatMap((planned, stage) =>
    left[stage]! > 0 ? [{ stage, steps: planned - left[stage]!, planned }] : [],
  )
}

/** Of a state what it says of steps that were left out. */
export function leftOutOf(saved: ArrayTensors): ArrayTensors {
  const left = saved[LEFT]
  return left ? { [LEFT]: left } : {}
}

/** A state that says of all stages of a run what was left out of them, whatever it said of some. */
export function withLeftOut(saved: ArrayTensors, left: readonly number[]): ArrayTensors {
  return { ...saved, [LEFT]: flat(left) }
}

function isAsked(enough: Enough | undefined): enough is Enough {
  return enough !== undefined && enough.gain > 0
}

function flat(numbers: readonly number[]): ArrayTensor {
  return { shape: [numbers.length], data: Float32Array.from(numbers) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

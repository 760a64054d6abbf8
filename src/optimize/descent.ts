/**
 * The loop: stages of steps, each stage with a fresh optimizer and with what it reads prepared anew. What it needs to know to
 * go on is in its snapshot, and every random number depends only on the seed and the step, so that an optimization
 * that was interrupted ends like one that was not.
 */
import { type CompileOptions, Executable } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import { randomStream } from '../numbers/random.ts'
import { type Driver, type DriverConfig, openDriver } from './driver.ts'
import { DivergedError } from './errors.ts'
import type { ArrayTensors, Course, Position } from './problem.ts'
import { type EndedStage, Schedule } from './schedule.ts'

/** Everything an interrupted optimization needs. */
export interface Snapshot {
  readonly step: number
  readonly tensors: ArrayTensors
}

/** One step, as it is told. */
export interface StepReport extends Position {
  /** Losses by term before the step: as they are, and as they count. */
  readonly losses: Readonly<Record<string, { readonly raw: number; readonly weighted: number }>>
  /** What was minimised: the sum of what counts. */
  readonly total: number
  /** The course's small variables after the step. */
  readonly told: Readonly<Record<string, readonly number[]>>
  readonly milliseconds: number
  /** Views of the variables before the step; only when they were wanted. */
  readonly views?: Readonly<Record<string, Float32Array>>
}

/** Hears how it goes. */
export interface DescentObserver {
  onCompiled?(facts: { flops: number; milliseconds: number }): void
  /** Whether the views of the coming step are wanted. */
  wantViews?(step: number): boolean
  /** A stage had enough (Course.enough), told before its step; `resumed`: of a state that is gone on from. */
  onEnough?(ended: EndedStage, resumed: boolean): void
  /** May save `snapshot()`; awaited. */
  onStep?(report: StepReport, snapshot: () => Promise<Snapshot>): void | Promise<void>
}

/** How to walk. */
export interface DescentOptions {
  readonly optimizer: DriverConfig
  readonly compile?: CompileOptions
  /** Goes on from here. */
  readonly resume?: Snapshot
  /** Numbers to feed for draws instead of drawing them. */
  readonly draws?: Readonly<Record<string, number[] | Float32Array>>
}

/** Where it ended. */
export interface Descended {
  /** False when the signal stopped it. */
  readonly finished: boolean
  readonly snapshot: Snapshot
}

/** Walks a course to its end, or to the signal. */
export async function descend(
  course: Course,
  options: DescentOptions,
  observer: DescentObserver = {},
  signal?: AbortSignal,
): Promise<Descended> {
  const descent = await Descent.open(course, options, observer)
  try {
    return await descent.walk(observer, signal)
  } finally {
    await descent.dispose()
  }
}

class Descent {
  readonly #course: Course
  readonly #driver: Driver
  readonly #prepare: Executable | undefined
  readonly #draws: DescentOptions['draws']
  readonly #schedule: Schedule

  private constructor(
    course: Course,
    driver: Driver,
    prepare: Executable | undefined,
    draws: DescentOptions['draws'] | undefined,
  ) {
    this.#course = course
    this.#schedule = new Schedule(course)
    this.#driver = driver
    this.#prepare = prepare
    this.#draws = draws
  }

  static async open(course: Course, options: DescentOptions, observer: DescentObserver): Promise<Descent> {
    const { problem } = course
    const { compile = {}, optimizer } = options
    const begin = performance.now()
    const driver = await openDriver(problem, optimizer, compile)
    const prepared = 'prepared' in problem ? problem.prepared : {}
    const prepare =
      Object.keys(prepared).length > 0
        ? await Executable.compile({ outputs: prepared }, { ...compile, occasional: true })
        : undefined
    observer.onCompiled?.({ flops: driver.flops, milliseconds: performance.now() - begin })
    const descent = new Descent(course, driver, prepare, options.draws)
    await descent.#write(course.start)
    if (options.resume) await descent.#restore(options.resume, observer)
    return descent
  }

  async walk(observer: DescentObserver, signal?: AbortSignal): Promise<Descended> {
    const schedule = this.#schedule
    for (const stage of this.#course.steps.keys()) {
      if (!schedule.isOver(stage)) {
        if (schedule.done === schedule.begin(stage)) {
          await this.#driver.reset()
          await this.#course.memory?.stageStarts(this.#read)
        }
        await this.#prepareStage(stage)
      }
      while (!schedule.isOver(stage) && !signal?.aborted) {
        const at = schedule.at(stage)
        const report = await this.#takeStep(at, observer.wantViews?.(at.step) ?? false)
        const ended = schedule.took(at, report.total)
        if (ended) observer.onEnough?.(ended, false)
        await observer.onStep?.({ ...report, totalSteps: schedule.totalSteps }, () => this.snapshot())
        // Runs block the event loop; signals and timers get their turn here.
        await new Promise(setImmediate)
      }
    }
    return { finished: schedule.isFinished, snapshot: await this.snapshot() }
  }

  /** Computes what the steps of this stage read and do not change. */
  async #prepareStage(stage: number): Promise<void> {
    if (!this.#prepare && !this.#driver.prepare) return
    const given = (await this.#course.given?.(stage, this.#read)) ?? {}
    await this.#driver.prepare?.(given)
    if (this.#prepare) await this.#write(await this.#prepare.run(given))
  }

  async #takeStep(at: Position, wantViews: boolean): Promise<StepReport> {
    const { problem, seed } = this.#course
    const began = performance.now()
    const feeds: Record<string, Numbers> = { ...this.#course.feeds(at) }
    for (const [name, { weight }] of Object.entries(problem.terms)) feeds[`weight/${name}`] = [weight]
    for (const { name, sample } of problem.draws)
      feeds[name] = this.#draws?.[name] ?? sample(randomStream(seed, name, at.step))

    const names = Object.keys(problem.terms)
    const views = wantViews ? Object.keys(problem.views) : []
    const wanted = ['loss/total', ...names.map((name) => `loss/${name}`), ...views]
    const out = await this.#driver.step(at.step - this.#schedule.begin(at.stage) + 1, feeds as Feeds, wanted)
    const total = out['loss/total']![0]!
    const losses = Object.fromEntries(
      names.map((name) => {
        const raw = out[`loss/${name}`]![0]!
        return [name, { raw, weighted: raw * problem.terms[name]!.weight }]
      }),
    )
    const told = await this.#told()
    await this.#refuseNaN(losses, total, told)
    return {
      ...at,
      losses,
      total,
      told,
      milliseconds: performance.now() - began,
      ...(wantViews && { views: Object.fromEntries(views.map((name) => [name, out[name]!])) }),
    }
  }

  /** A bad loss belongs to the variables before this step, so the last good state is the one before the last. */
  async #refuseNaN(
    losses: StepReport['losses'],
    total: number,
    told: Readonly<Record<string, readonly number[]>>,
  ): Promise<void> {
    const bad = Object.entries(losses).find(([, { raw }]) => !Number.isFinite(raw))
    const moved = Object.entries(told).find(([, values]) => values.some((v) => !Number.isFinite(v)))
    if (!bad && Number.isFinite(total) && !moved) return
    this.#driver.undo()
    const what = bad ? `the loss "${bad[0]}"` : moved ? `the learned "${moved[0]}"` : 'the total loss'
    throw new DivergedError(what, this.#schedule.done, await this.snapshot())
  }

  readonly #read = (name: string): Promise<Float32Array> => this.#driver.read(name)

  /** Writes what has a part in the problem. */
  async #write(values: Readonly<Record<string, Numbers>>): Promise<void> {
    for (const [name, value] of Object.entries(values))
      if (this.#driver.has(name)) await this.#driver.write(name, value)
  }

  async #told(): Promise<Record<string, number[]>> {
    const told: Record<string, number[]> = {}
    for (const name of this.#course.told)
      told[name] = [...(this.#driver.has(name) ? await this.#driver.read(name) : this.#course.start[name]!)]
    return told
  }

  async snapshot(): Promise<Snapshot> {
    const [own, remembered] = [await this.#driver.save(), await this.#course.memory?.save(this.#read)]
    return { step: this.#schedule.done, tensors: { ...own, ...remembered, ...this.#schedule.save() } }
  }

  async #restore({ step, tensors }: Snapshot, observer: DescentObserver): Promise<void> {
    await this.#driver.load(tensors)
    await this.#write(this.#course.memory?.load(tensors) ?? {})
    for (const ended of this.#schedule.load(step, tensors)) observer.onEnough?.(ended, true)
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#driver.dispose(), this.#prepare?.dispose()])
  }
}

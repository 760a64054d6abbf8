/**
 * Drives a problem by a first-order optimizer: variables and moments stay in the engine from step to step. Of a problem in parts the
 * slopes come from outside, and the program is the update alone.
 */
import { type CompileOptions, Executable } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Driver } from './driver.ts'
import { savedData } from './errors.ts'
import { type Optimizer, type OptimizerConfig, optimizerOf } from './optimizers/index.ts'
import type { ArrayTensor, ArrayTensors, Evaluation, Outline, PartedProblem, Problem } from './problem.ts'
import { momentName, stepProgram, updateProgram } from './step.ts'

export class FirstOrder implements Driver {
  readonly #problem: Outline
  readonly #optimizer: Optimizer
  readonly #executable: Executable
  readonly #evaluation: Evaluation | undefined
  readonly prepare?: (given: Feeds) => Promise<void>

  private constructor(
    problem: Outline,
    optimizer: Optimizer,
    executable: Executable,
    evaluation: Evaluation | undefined,
  ) {
    this.#problem = problem
    this.#optimizer = optimizer
    this.#executable = executable
    this.#evaluation = evaluation
    if (evaluation) this.prepare = (given) => evaluation.prepare(given)
  }

  static async open(
    problem: Problem | PartedProblem,
    config: OptimizerConfig,
    compile: CompileOptions,
  ): Promise<FirstOrder> {
    const optimizer = optimizerOf(config)
    if (!('open' in problem))
      return new FirstOrder(
        problem,
        optimizer,
        await Executable.compile(stepProgram(problem, config), compile),
        undefined,
      )
    const update = await Executable.compile(updateProgram(problem, config), { ...compile, occasional: true })
    return new FirstOrder(problem, optimizer, update, await problem.open(compile))
  }

  get flops(): number {
    return (this.#evaluation ?? this.#executable).flops
  }

  async reset(): Promise<void> {
    for (const [name, { tensor }] of Object.entries(this.#problem.variables))
      for (const moment of this.#optimizer.moments)
        await this.#executable.writeState(momentName(moment, name), new Float32Array(sizeOf(tensor.shape)))
  }

  async step(t: number, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, Float32Array>> {
    const scalars = Object.entries(this.#optimizer.scalars(t)).map(([name, value]) => [
      `${this.#optimizer.name}/${name}`,
      [value],
    ])
    const all: Feeds = { ...Object.fromEntries(scalars), ...feeds }
    if (!this.#evaluation) return this.#executable.run(all, wanted)
    const variables: Record<string, Float32Array> = {}
    for (const name of Object.keys(this.#problem.variables)) variables[name] = await this.#executable.readState(name)
    const out = await this.#evaluation.run(t, { ...feeds, ...variables })
    await this.#executable.run({ ...all, ...out }, [])
    return out
  }

  undo(): void {
    this.#executable.undo()
  }

  has(name: string): boolean {
    return this.#executable.hasState(name)
  }

  read(name: string): Promise<Float32Array> {
    return this.#executable.readState(name)
  }

  write(name: string, values: Numbers): Promise<void> {
    return this.#executable.writeState(name, values)
  }

  async save(): Promise<ArrayTensors> {
    const saved: Record<string, ArrayTensor> = {}
    for (const [name, { tensor }] of Object.entries(this.#problem.variables))
      for (const key of [name, ...this.#optimizer.moments.map((moment) => momentName(moment, name))])
        saved[key] = { shape: tensor.shape, data: await this.#executable.readState(key) }
    return saved
  }

  async load(saved: ArrayTensors): Promise<void> {
    for (const [name, { tensor }] of Object.entries(this.#problem.variables))
      for (const key of [name, ...this.#optimizer.moments.map((moment) => momentName(moment, name))])
        await this.#executable.writeState(key, savedData(saved, key, tensor.shape))
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#executable.dispose(), this.#evaluation?.dispose()])
  }
}

/** Drives a problem by a first-order optimizer: variables and moments stay in the engine from step to step. */
import { type CompileOptions, Executable } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Driver } from './driver.ts'
import { savedData } from './errors.ts'
import { type Optimizer, type OptimizerConfig, optimizerOf } from './optimizers/index.ts'
import type { ArrayTensor, ArrayTensors, Problem } from './problem.ts'
import { momentName, stepProgram } from './step.ts'

export class FirstOrder implements Driver {
  readonly #problem: Problem
  readonly #optimizer: Optimizer
  readonly #executable: Executable

  private constructor(problem: Problem, optimizer: Optimizer, executable: Executable) {
    this.#problem = problem
    this.#optimizer = optimizer
    this.#executable = executable
  }

  static async open(problem: Problem, config: OptimizerConfig, compile: CompileOptions): Promise<FirstOrder> {
    const executable = await Executable.compile(stepProgram(problem, config), compile)
    return new FirstOrder(problem, optimizerOf(config), executable)
  }

  get flops(): number {
    return this.#executable.flops
  }

  async reset(): Promise<void> {
    for (const [name, { tensor }] of Object.entries(this.#problem.variables))
      for (const moment of this.#optimizer.moments)
        await this.#executable.writeState(momentName(moment, name), new Float32Array(sizeOf(tensor.shape)))
  }

  step(t: number, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, Float32Array>> {
    const scalars = Object.entries(this.#optimizer.scalars(t)).map(([name, value]) => [
      `${this.#optimizer.name}/${name}`,
      [value],
    ])
    return this.#executable.run({ ...Object.fromEntries(scalars), ...feeds }, wanted)
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

  dispose(): Promise<void> {
    return this.#executable.dispose()
  }
}

/** What takes the steps of a problem: a first-order optimizer, all of it one program, or L-BFGS around a program. */
import type { CompileOptions } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import { FirstOrder } from './first-order.ts'
import { Lbfgs, type LbfgsConfig } from './lbfgs.ts'
import type { OptimizerConfig } from './optimizers/index.ts'
import type { ArrayTensors, PartedProblem, Problem } from './problem.ts'

/** A problem that can be stepped through. */
export interface Driver {
  /** Floating-point operations of a step. */
  readonly flops: number
  /** Computes what the parts of a problem read; only where there are parts. */
  prepare?(given: Feeds): Promise<void>
  /** Forgets what it has learned of the slopes: a stage begins. */
  reset(): Promise<void>
  /**
   * One step.
   * @param t its number within the stage, from 1
   * @param wanted names of the outputs (step.ts, outputsOf) to bring back, of the variables before the step
   */
  step(t: number, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, Float32Array>>
  /** Takes the last step back. */
  undo(): void
  /** Whether a variable or held input of that name has a part in the problem. */
  has(name: string): boolean
  read(name: string): Promise<Float32Array>
  write(name: string, values: Numbers): Promise<void>
  /** Everything from which it goes on. */
  save(): Promise<ArrayTensors>
  /** @throws StateError when something is missing */
  load(saved: ArrayTensors): Promise<void>
  dispose(): Promise<void>
}

/** What a config can ask to take the steps. */
export type DriverConfig = OptimizerConfig | LbfgsConfig

/** The driver that a config asks for, compiled. @throws Error for L-BFGS on a problem in parts, which its method refuses before */
export function openDriver(
  problem: Problem | PartedProblem,
  config: DriverConfig,
  compile: CompileOptions,
): Promise<Driver> {
  if (config.name !== 'lbfgs') return FirstOrder.open(problem, config, compile)
  if ('open' in problem) throw new Error(`${problem.name}: L-BFGS walks problems of one program only`)
  return Lbfgs.open(problem, config, compile)
}

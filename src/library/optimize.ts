/** `rephoto/optimize`: minimises what `rephoto/graph` describes, step by step, so that it can be stopped, saved and gone on with. */
import '../engine/onnxruntime/no-telemetry.ts'

export { type Random, randomStream } from '../numbers/random.ts'
export {
  type Descended,
  type DescentObserver,
  type DescentOptions,
  descend,
  type Snapshot,
  type StepReport,
} from '../optimize/descent.ts'
export { type Driver, type DriverConfig, openDriver } from '../optimize/driver.ts'
export type { Enough } from '../optimize/enough.ts'
export { DivergedError, StateError } from '../optimize/errors.ts'
export type { LbfgsConfig } from '../optimize/lbfgs.ts'
export { type OptimizerConfig, type OptimizerName, optimizerNames } from '../optimize/optimizers/index.ts'
export type {
  ArrayTensor,
  ArrayTensors,
  Course,
  Draw,
  Evaluation,
  Outline,
  PartedProblem,
  Position,
  Problem,
  ReadState,
  Variable,
  WeightedTerm,
} from '../optimize/problem.ts'
export type { EndedStage } from '../optimize/schedule.ts'
export { outputsOf, stepProgram, updateProgram, weightedTotal } from '../optimize/step.ts'

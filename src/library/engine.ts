/** `rephoto/engine`: computes graphs, by ONNX Runtime or TensorFlow.js on whatever device, or plainly in float64. */
// First, for threads of a program that imports this in its main one.
import '../engine/onnxruntime/no-telemetry.ts'

export { type Choice, chooseDevice } from '../engine/choose.ts'
export { costOf, type ProgramCost, programCost } from '../engine/cost.ts'
export {
  type CompileOptions,
  type Device,
  devices,
  type Engine,
  Executable,
  engines,
  type Program,
  runOnce,
} from '../engine/executable.ts'
export { availableMemory, MemoryError } from '../engine/memory.ts'
export { programModel } from '../engine/program.ts'
export { evaluate } from '../engine/reference.ts'
export { measureSpeed, type Speed, secondsAt } from '../engine/speed.ts'
export { DeviceError, EngineError, type Feeds, type Numbers } from '../engine/values.ts'

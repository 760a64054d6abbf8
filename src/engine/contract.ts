// A compiled program, whatever executes it and wherever: inputs go in by name, outputs come out by name, and `state`
// (parameters, optimizer moments) stays in the engine between runs. What is device or library is behind this interface;
// the loop and the networks see only a CompileOptions that somebody else has filled.

import type { Tensor } from '../graph/tensor.ts'
import type { Feeds, Numbers } from './values.ts'

export interface Program {
  outputs: Readonly<Record<string, Tensor>>
  /** What is carried from one run to the next: the input that reads it and the tensor that replaces it. */
  state?: Readonly<Record<string, { current: Tensor; next: Tensor }>>
  /** Inputs that are written once, with `writeState`, and read by every run after that. */
  fixed?: Readonly<Record<string, Tensor>>
  /** Shown by viewers of the model. */
  name?: string
}

/** Where a program can run. */
export const devices = ['cpu', 'webgpu', 'cuda'] as const
export type Device = (typeof devices)[number]

/** What can execute it. */
export const engines = ['onnxruntime', 'tfjs'] as const
export type Engine = (typeof engines)[number]

export interface CompileOptions {
  /** 'onnxruntime' unless told. */
  engine?: Engine
  /** Of ONNX Runtime; 'cpu' unless told. TensorFlow.js computes where its installed package does. */
  device?: Device
  /** 0: as many as the machine has cores. */
  threads?: number
  /** Gives working memory back after every run: for programs that run now and then beside one that needs the memory. */
  occasional?: boolean
  /**
   * Weights and activations in 16 bits, inputs and outputs in 32: for networks that are only used forward, on a device that is quicker
   * with them. ONNX Runtime's CPU computes them in 32 bits all the same.
   */
  half?: boolean
  /** Folder where ONNX Runtime's optimized form of a model waits for the next time (on the CPU). Not kept unless told. */
  keep?: string
  /** Writes ONNX Runtime's profile (Chrome trace JSON) to files that start like this. */
  profile?: string
}

export interface Executable {
  /** Floating-point operations of the convolutions and matrix products of one run. */
  readonly flops: number
  /**
   * One run. Every input that is not state must be given.
   * @param wanted names of the outputs to bring back; all of them unless told
   */
  run(feeds?: Feeds, wanted?: readonly string[]): Promise<Record<string, Float32Array>>
  /** Undoes the last run: the state is again what it was before. Only one run can be undone. */
  undo(): void
  /** What is carried from run to run, without what is fixed. */
  stateNames(): string[]
  hasState(name: string): boolean
  /** A copy of a state as it stands after the last run. */
  readState(name: string): Promise<Float32Array>
  writeState(name: string, values: Numbers): Promise<void>
  /** Frees what it holds; with profiling on, writes the profile. */
  dispose(): Promise<void>
}

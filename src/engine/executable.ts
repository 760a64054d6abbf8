// A compiled program on ONNX Runtime: the only file that talks to it. Inputs go in by name and outputs come out by
// name; `state` (parameters, optimizer moments) stays in the engine between runs, in two sets of buffers that take
// turns, so that nothing is copied or allocated from step to step. Device-independent: where the state lives is a
// matter of the session's options.

import * as ort from 'onnxruntime-node'
import { countFlops } from '../graph/flops.ts'
import { ancestors } from '../graph/gradients.ts'
import { writeOnnx } from '../graph/onnx.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import { EngineError, type Feeds, feedOf, type Numbers } from './values.ts'

export interface Program {
  outputs: Readonly<Record<string, Tensor>>
  /** What is carried from one run to the next: the input that reads it and the tensor that replaces it. */
  state?: Readonly<Record<string, { current: Tensor; next: Tensor }>>
  /** Inputs that are written once, with `writeState`, and read by every run after that. */
  fixed?: Readonly<Record<string, Tensor>>
  /** Shown by viewers of the model. */
  name?: string
}

interface Held {
  input: string
  current: ort.Tensor
  /** Where the next run writes; absent for what is fixed. */
  spare?: ort.Tensor
}

export interface CompileOptions {
  /** 0: as many as the machine has cores. */
  threads?: number
  /** Gives working memory back after every run: for programs that run now and then beside one that needs the memory. */
  occasional?: boolean
  /** Writes ONNX Runtime's profile (Chrome trace JSON) to files that start like this. */
  profile?: string
}

const nextPrefix = 'next/'

/** The whole program as one ONNX model, state included: each state is an input and, as "next/<name>", an output. */
export function programModel(program: Program): Uint8Array {
  const outputs: Record<string, Tensor> = { ...program.outputs }
  for (const [name, { next }] of Object.entries(program.state ?? {})) outputs[nextPrefix + name] = next
  return writeOnnx({ outputs, name: program.name ?? 'program' })
}

export class Executable {
  /** Floating-point operations of the convolutions and matrix products of one run. */
  readonly flops: number
  readonly #session: ort.InferenceSession
  readonly #inputs: readonly Tensor[]
  readonly #outputs: Readonly<Record<string, Tensor>>
  readonly #state: Map<string, Held>

  private constructor(session: ort.InferenceSession, program: Program) {
    this.#session = session
    this.#outputs = program.outputs
    const state = Object.entries(program.state ?? {})
    const roots = [...Object.values(program.outputs), ...state.map(([, s]) => s.next)]
    const used = ancestors(roots).filter((t) => t.op === 'Input')
    const held = new Map<string, Held>()
    for (const [name, { current }] of state)
      held.set(name, { input: current.name!, current: zeros(current), spare: zeros(current) })
    for (const [name, t] of Object.entries(program.fixed ?? {}))
      if (used.includes(t)) held.set(name, { input: t.name!, current: zeros(t) })
    this.#state = held
    const heldInputs = new Set([...held.values()].map((h) => h.input))
    this.flops = countFlops(roots)
    this.#inputs = used.filter((t) => !heldInputs.has(t.name!))
  }

  static async compile(program: Program, options: CompileOptions = {}): Promise<Executable> {
    const model = programModel(program)
    const session = await ort.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: options.threads ?? 0,
      logSeverityLevel: 3,
      enableCpuMemArena: !options.occasional,
      enableMemPattern: !options.occasional,
      ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
    })
    return new Executable(session, program)
  }

  /**
   * One run. Every input that is not state must be given.
   * @param wanted names of the outputs to bring back; all of them unless told
   */
  async run(
    feeds: Feeds = {},
    wanted: readonly string[] = Object.keys(this.#outputs),
  ): Promise<Record<string, Float32Array>> {
    const given: Record<string, ort.Tensor> = {}
    for (const t of this.#inputs) given[t.name!] = ortTensor(t, feedOf(feeds, t))
    const fetches: Record<string, ort.Tensor | null> = {}
    for (const name of wanted) {
      if (!this.#outputs[name])
        throw new EngineError(`no output is called "${name}" (there are: ${Object.keys(this.#outputs).join(', ')})`)
      fetches[name] = null
    }
    for (const [name, s] of this.#state) {
      given[s.input] = s.current
      if (s.spare) fetches[nextPrefix + name] = s.spare
    }
    const results = await this.#session.run(given, fetches)
    this.#turn()
    return Object.fromEntries(wanted.map((name) => [name, results[name]!.data as Float32Array]))
  }

  /** Undoes the last run: the state is again what it was before. Only one run can be undone. */
  undo(): void {
    this.#turn()
  }

  #turn(): void {
    for (const s of this.#state.values()) if (s.spare) [s.current, s.spare] = [s.spare, s.current]
  }

  /** What is carried from run to run, without what is fixed. */
  stateNames(): string[] {
    return [...this.#state].filter(([, s]) => s.spare).map(([name]) => name)
  }

  hasState(name: string): boolean {
    return this.#state.has(name)
  }

  /** A copy of a state as it stands after the last run. */
  readState(name: string): Float32Array {
    return Float32Array.from(this.#stateOf(name).current.data as Float32Array)
  }

  writeState(name: string, values: Numbers): void {
    const data = this.#stateOf(name).current.data as Float32Array
    if (values.length !== data.length)
      throw new EngineError(`state "${name}" has ${data.length} numbers, got ${values.length}`)
    data.set(values as ArrayLike<number>)
  }

  /** Frees the session; with profiling on, writes the profile. */
  async dispose(): Promise<void> {
    this.#session.endProfiling()
    await this.#session.release()
  }

  #stateOf(name: string): Held {
    const s = this.#state.get(name)
    if (!s) throw new EngineError(`no state is called "${name}" (there are: ${this.stateNames().join(', ')})`)
    return s
  }
}

/** Compiles, runs once and frees: for networks that are only used forward and once. */
export async function runOnce(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds = {},
  options: CompileOptions = {},
): Promise<Record<string, Float32Array>> {
  const executable = await Executable.compile({ outputs }, options)
  try {
    return await executable.run(feeds)
  } finally {
    await executable.dispose()
  }
}

function zeros(t: Tensor): ort.Tensor {
  return new ort.Tensor('float32', new Float32Array(sizeOf(t.shape)), t.shape)
}

function ortTensor(t: Tensor, values: Numbers): ort.Tensor {
  if (t.dtype === 'int32')
    return new ort.Tensor(
      'int32',
      values instanceof Int32Array ? values : Int32Array.from(values as ArrayLike<number>),
      t.shape,
    )
  return new ort.Tensor(
    'float32',
    values instanceof Float32Array ? values : Float32Array.from(values as number[]),
    t.shape,
  )
}

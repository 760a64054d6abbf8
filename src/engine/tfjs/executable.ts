// A program on TensorFlow.js: a second executor of the same graphs, independent of ONNX Runtime, and the way to a GPU
// where TensorFlow's CUDA libraries are what is installed. It walks the graph op by op; what depends on no input is
// computed once, every other tensor is freed after its last reader, and the state stays where the backend keeps it.

import type { Tensor as TfTensor } from '@tensorflow/tfjs-core'
import { countFlops } from '../../graph/flops.ts'
import { ancestors } from '../../graph/gradients.ts'
import { sameShape } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import { reasonOf } from '../../text/visible.ts'
import type { Executable, Program } from '../contract.ts'
import { checkLength, checkWanted, heldOf, layoutOf } from '../program.ts'
import { EngineError, type Feeds, feedOf, type Numbers } from '../values.ts'
import { kernels } from './kernels.ts'
import { type Backend, loadTensorflow, selectBackend, startBackend } from './load.ts'
import { requirePlace } from './wasm.ts'

/** Milliseconds after which whatever else runs in this thread gets its turn. */
const pauseEvery = 500

interface Held {
  tensor: Tensor
  next?: Tensor
  current: TfTensor
  /** What a state was before the last run. */
  before?: TfTensor
}

export class TfjsExecutable implements Executable {
  readonly flops: number
  readonly #backend: Backend
  readonly #program: Program
  readonly #inputs: readonly Tensor[]
  /** What every run computes, in order, and what is known before. */
  readonly #plan: readonly Tensor[]
  readonly #constants: ReadonlyMap<Tensor, TfTensor>
  readonly #held: Map<string, Held>
  /** How many of the plan's operands, outputs and next states a tensor is. */
  readonly #readers: ReadonlyMap<Tensor, number>

  private constructor(program: Program, backend: Backend) {
    selectBackend(backend)
    const { roots, fed, held } = layoutOf(program)
    const order = ancestors(roots)
    const moving = new Set<Tensor>()
    for (const t of order) if (t.op === 'Input' || t.inputs.some((i) => moving.has(i))) moving.add(t)
    this.#backend = backend
    this.#program = program
    this.#inputs = fed
    this.#plan = order.filter((t) => moving.has(t) && t.op !== 'Input')
    const readers = new Map<Tensor, number>()
    for (const t of [...this.#plan.flatMap((p) => p.inputs), ...roots]) readers.set(t, (readers.get(t) ?? 0) + 1)
    this.#readers = readers
    this.#constants = this.#fold(order, moving)
    this.#held = new Map(
      held.map(({ name, current, next }) => [
        name,
        { tensor: current, ...(next && { next }), current: backend.tf.zeros([...current.shape]) },
      ]),
    )
    this.flops = countFlops(roots)
  }

  /** @param backend the installed one unless told */
  static async create(program: Program, backend: Backend = loadTensorflow()): Promise<TfjsExecutable> {
    if (!(await startBackend(backend)))
      throw new EngineError(`TensorFlow.js has no backend "${backend.name}" that works here`)
    return new TfjsExecutable(program, backend)
  }

  async run(
    feeds: Feeds = {},
    wanted: readonly string[] = Object.keys(this.#program.outputs),
  ): Promise<Record<string, Float32Array>> {
    checkWanted(this.#program.outputs, wanted)
    selectBackend(this.#backend)
    const values = new Map<Tensor, TfTensor>()
    const owned = new Set<Tensor>()
    const given = this.#inputs.map((t) => [t, feedOf(feeds, t)] as const)
    for (const [t, numbers] of given) {
      values.set(t, this.#tensor(t, numbers))
      owned.add(t)
    }
    for (const { tensor, current } of this.#held.values()) values.set(tensor, current)
    const left = new Map(this.#readers)
    const release = (t: Tensor): void => {
      const count = left.get(t)! - 1
      left.set(t, count)
      if (count > 0 || !owned.has(t)) return
      values.get(t)!.dispose()
      values.delete(t)
      owned.delete(t)
    }
    let paused = performance.now()
    for (const t of this.#plan) {
      if (performance.now() - paused > pauseEvery) {
        await new Promise((resolve) => setImmediate(resolve))
        selectBackend(this.#backend)
        paused = performance.now()
      }
      values.set(t, this.#compute(t, values))
      owned.add(t)
      for (const i of t.inputs) release(i)
    }
    const found = (t: Tensor): TfTensor => values.get(t) ?? this.#constants.get(t)!
    const next = [...this.#held.values()].flatMap((s) => (s.next ? [{ s, value: found(s.next).clone() }] : []))
    const out: Record<string, Float32Array> = {}
    for (const name of wanted) out[name] = (await found(this.#program.outputs[name]!).data<'float32'>()).slice()
    for (const t of owned) values.get(t)!.dispose()
    for (const { s, value } of next) {
      s.before?.dispose()
      s.before = s.current
      s.current = value
    }
    return out
  }

  undo(): void {
    for (const s of this.#held.values()) {
      if (!s.before) continue
      s.current.dispose()
      s.current = s.before
      delete s.before
    }
  }

  stateNames(): string[] {
    return [...this.#held].filter(([, s]) => s.next).map(([name]) => name)
  }

  hasState(name: string): boolean {
    return this.#held.has(name)
  }

  async readState(name: string): Promise<Float32Array> {
    return Float32Array.from(await heldOf(this.#held, name).current.data())
  }

  async writeState(name: string, values: Numbers): Promise<void> {
    const s = heldOf(this.#held, name)
    checkLength(name, s.tensor, values)
    selectBackend(this.#backend)
    s.current.dispose()
    s.current = this.#tensor(s.tensor, values)
  }

  async dispose(): Promise<void> {
    for (const { current, before } of this.#held.values()) {
      current.dispose()
      before?.dispose()
    }
    for (const value of this.#constants.values()) value.dispose()
    this.#held.clear()
  }

  #tensor({ shape, dtype }: Tensor, values: Numbers): TfTensor {
    const { tf } = this.#backend
    // A copy: TensorFlow.js keeps the array it is given.
    const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values)
    const t = tf.tensor(data, [...shape], dtype)
    requirePlace(tf, t)
    return t
  }

  #compute(t: Tensor, values: ReadonlyMap<Tensor, TfTensor>): TfTensor {
    const kernel = kernels[t.op]
    if (!kernel) throw new EngineError(`the TensorFlow.js executor does not know the op ${t.op}`)
    const { tf } = this.#backend
    const inputs = t.inputs.map((i) => values.get(i) ?? this.#constants.get(i)!)
    const y = this.#attempt(t, () => tf.tidy(() => kernel(tf, t, inputs)))
    requirePlace(tf, y)
    if (!sameShape(y.shape, t.shape)) throw new EngineError(`${t.op}: TensorFlow.js made [${y.shape.join(', ')}]`)
    return y
  }

  /** The library's errors name neither op nor place, and on a full WebAssembly memory they are riddles. */
  #attempt<T>(t: Tensor, action: () => T): T {
    try {
      return action()
    } catch (cause) {
      const reason = reasonOf(cause)
      const memory = this.#backend.name === 'wasm' ? ' (its memory has 4 GiB)' : ''
      throw new EngineError(
        `${t.op} at "${t.scope}" failed in TensorFlow.js${memory}: ${reason}; use --engine onnxruntime`,
        {
          cause,
        },
      )
    }
  }

  /** Computes what no input has a part in, and keeps of it what a run reads. */
  #fold(order: readonly Tensor[], moving: ReadonlySet<Tensor>): Map<Tensor, TfTensor> {
    const values = new Map<Tensor, TfTensor>()
    const known = order.filter((t) => !moving.has(t))
    const left = new Map<Tensor, number>()
    for (const t of known.flatMap((k) => k.inputs)) left.set(t, (left.get(t) ?? 0) + 1)
    for (const t of known) {
      values.set(t, t.op === 'Constant' ? this.#tensor(t, t.read!()) : this.#compute(t, values))
      for (const i of t.inputs) {
        left.set(i, left.get(i)! - 1)
        if (left.get(i)! > 0 || this.#readers.has(i)) continue
        values.get(i)!.dispose()
        values.delete(i)
      }
    }
    return values
  }
}

// A program whose state lives on the device (WebGPU): parameters, moments and whatever is fixed are uploaded once and
// stay, each run's new state being the next run's input. Per run only fed inputs go in and small outputs come out.
//
// Two facts of onnxruntime-node 1.30 shape this file. Outputs that are bound to the device stay bound, so every run asks
// for all of them: large ones stay on the device and are fetched when they are wanted, small ones always come to the host.
// And reading a tensor on the device aborts the process, so fetching is a program of its own (DeviceMemory).

import type * as ort from 'onnxruntime-node'
import { countFlops } from '../../graph/flops.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { CompileOptions, Executable, Program } from '../contract.ts'
import { checkLength, checkWanted, type HeldInput, heldOf, layoutOf, nextName, programModel } from '../program.ts'
import { type Feeds, feedOf, type Numbers } from '../values.ts'
import { DeviceMemory } from './device-memory.ts'
import { forWebGpu } from './for-webgpu.ts'
import { createSession, floatTensor, hostTensor, releaseSession } from './session.ts'

/** Numbers up to which a tensor is kept on the host: losses and a camera's parameters, read at every step. */
const smallest = 64

interface Held {
  tensor: Tensor
  isState: boolean
  current: ort.Tensor
  /** What a state was before the last run. */
  before?: ort.Tensor
}

export class ResidentExecutable implements Executable {
  readonly flops: number
  readonly #session: ort.InferenceSession
  readonly #memory: DeviceMemory
  readonly #inputs: readonly Tensor[]
  readonly #outputs: Readonly<Record<string, Tensor>>
  readonly #fetches: readonly string[]
  readonly #held: Map<string, Held>

  private constructor(
    session: ort.InferenceSession,
    memory: DeviceMemory,
    program: Program,
    held: ReadonlyMap<string, Held>,
    fetches: readonly string[],
  ) {
    const { roots, fed } = layoutOf(program)
    this.#session = session
    this.#memory = memory
    this.#outputs = program.outputs
    this.#inputs = fed
    this.#fetches = fetches
    this.#held = new Map(held)
    this.flops = countFlops(roots)
  }

  static async create(asked: Program, options: CompileOptions): Promise<ResidentExecutable> {
    const program = forWebGpu(asked)
    const { held } = layoutOf(program)
    const states = held.filter((h): h is Required<HeldInput> => h.next !== undefined)
    const locations: Record<string, 'cpu' | 'gpu-buffer'> = {}
    for (const [name, t] of Object.entries(program.outputs)) locations[name] = placeOf(t)
    for (const { name, next } of states) locations[nextName(name)] = placeOf(next)
    const session = await createSession(programModel(program, options), options, locations)
    const memory = await DeviceMemory.open(options)
    const start = new Map<string, Held>()
    for (const { name, current, next } of held)
      start.set(name, {
        tensor: current,
        isState: next !== undefined,
        current: await placed(memory, current, new Float32Array(sizeOf(current.shape))),
      })
    return new ResidentExecutable(session, memory, program, start, Object.keys(locations))
  }

  async run(
    feeds: Feeds = {},
    wanted: readonly string[] = Object.keys(this.#outputs),
  ): Promise<Record<string, Float32Array>> {
    checkWanted(this.#outputs, wanted)
    const given: Record<string, ort.Tensor> = {}
    for (const t of this.#inputs) given[t.name!] = hostTensor(t, feedOf(feeds, t))
    for (const { tensor, current } of this.#held.values()) given[tensor.name!] = current
    const results = await this.#session.run(given, this.#fetches)
    for (const [name, s] of this.#held) {
      if (!s.isState) continue
      if (s.before) free(s.before)
      s.before = s.current
      s.current = results[nextName(name)]!
    }
    const out: Record<string, Float32Array> = {}
    for (const name of wanted) out[name] = await this.#memory.read(results[name]!)
    for (const name of Object.keys(this.#outputs)) free(results[name]!)
    return out
  }

  undo(): void {
    for (const s of this.#held.values()) {
      if (!s.before) continue
      free(s.current)
      s.current = s.before
      delete s.before
    }
  }

  stateNames(): string[] {
    return [...this.#held].filter(([, s]) => s.isState).map(([name]) => name)
  }

  hasState(name: string): boolean {
    return this.#held.has(name)
  }

  async readState(name: string): Promise<Float32Array> {
    return Float32Array.from(await this.#memory.read(heldOf(this.#held, name).current))
  }

  async writeState(name: string, values: Numbers): Promise<void> {
    const s = heldOf(this.#held, name)
    checkLength(name, s.tensor, values)
    const next = await placed(this.#memory, s.tensor, Float32Array.from(values))
    free(s.current)
    s.current = next
  }

  async dispose(): Promise<void> {
    for (const { current, before } of this.#held.values()) {
      free(current)
      if (before) free(before)
    }
    this.#held.clear()
    await this.#memory.close()
    await releaseSession(this.#session)
  }
}

const placeOf = ({ shape }: Tensor): 'cpu' | 'gpu-buffer' => (sizeOf(shape) <= smallest ? 'cpu' : 'gpu-buffer')

async function placed(memory: DeviceMemory, t: Tensor, values: Float32Array): Promise<ort.Tensor> {
  return placeOf(t) === 'cpu' ? floatTensor(values, t.shape) : memory.write(floatTensor(values, t.shape))
}

function free(t: ort.Tensor): void {
  if (t.location === 'gpu-buffer') t.dispose()
}

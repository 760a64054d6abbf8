// A program whose state lives in the host's memory: on the CPU, and on CUDA, whose memory onnxruntime-node has no
// handles for. The state is held in two sets of buffers that take turns, so that nothing is copied or allocated from
// step to step: outputs are written in place, and what was read before is written to next.

import type * as ort from 'onnxruntime-node'
import { countFlops } from '../../graph/flops.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Tensor } from '../../graph/tensor.ts'
import type { CompileOptions, Executable, Program } from '../contract.ts'
import { checkLength, checkWanted, heldOf, layoutOf, nextName, programModel } from '../program.ts'
import { type Feeds, feedOf, type Numbers } from '../values.ts'
import { createSession, floatTensor, hostTensor, releaseSession } from './session.ts'

interface Held {
  tensor: Tensor
  current: ort.Tensor
  /** Where the next run writes; absent for what is fixed. */
  spare?: ort.Tensor
}

export class HostExecutable implements Executable {
  readonly flops: number
  readonly #session: ort.InferenceSession
  readonly #inputs: readonly Tensor[]
  readonly #outputs: Readonly<Record<string, Tensor>>
  readonly #held: Map<string, Held>

  private constructor(session: ort.InferenceSession, program: Program) {
    const { roots, fed, held } = layoutOf(program)
    this.#session = session
    this.#outputs = program.outputs
    this.#inputs = fed
    this.#held = new Map(
      held.map(({ name, current, next }) => [
        name,
        { tensor: current, current: zeros(current), ...(next && { spare: zeros(current) }) },
      ]),
    )
    this.flops = countFlops(roots)
  }

  static async create(program: Program, options: CompileOptions): Promise<HostExecutable> {
    return new HostExecutable(await createSession(programModel(program, options), options), program)
  }

  async run(
    feeds: Feeds = {},
    wanted: readonly string[] = Object.keys(this.#outputs),
  ): Promise<Record<string, Float32Array>> {
    checkWanted(this.#outputs, wanted)
    const given: Record<string, ort.Tensor> = {}
    for (const t of this.#inputs) given[t.name!] = hostTensor(t, feedOf(feeds, t))
    const fetches: Record<string, ort.Tensor | null> = Object.fromEntries(wanted.map((name) => [name, null]))
    for (const [name, { tensor, current, spare }] of this.#held) {
      given[tensor.name!] = current
      if (spare) fetches[nextName(name)] = spare
    }
    const results = await this.#session.run(given, fetches)
    this.#turn()
    return Object.fromEntries(wanted.map((name) => [name, results[name]!.data as Float32Array]))
  }

  undo(): void {
    this.#turn()
  }

  #turn(): void {
    for (const s of this.#held.values()) if (s.spare) [s.current, s.spare] = [s.spare, s.current]
  }

  stateNames(): string[] {
    return [...this.#held].filter(([, s]) => s.spare).map(([name]) => name)
  }

  hasState(name: string): boolean {
    return this.#held.has(name)
  }

  async readState(name: string): Promise<Float32Array> {
    return Float32Array.from(heldOf(this.#held, name).current.data as Float32Array)
  }

  async writeState(name: string, values: Numbers): Promise<void> {
    const { tensor, current } = heldOf(this.#held, name)
    checkLength(name, tensor, values)
    ;(current.data as Float32Array).set(values)
  }

  async dispose(): Promise<void> {
    await releaseSession(this.#session)
  }
}

function zeros({ shape }: Tensor): ort.Tensor {
  return floatTensor(new Float32Array(sizeOf(shape)), shape)
}

/**
 * Drives a problem by L-BFGS (Liu and Nocedal 1989), step for step as torch.optim.LBFGS: a step is one evaluation of loss and
 * gradient and one move along −H·g, or with a line search one move and as many evaluations as it takes. The first move
 * is min(1, 1/|g|₁) long. Variables live here as one vector; the program gives losses and slopes.
 */
import { z } from 'zod'
import { type CompileOptions, Executable } from '../engine/executable.ts'
import type { Feeds, Numbers } from '../engine/values.ts'
import { gradients } from '../graph/gradients.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Driver } from './driver.ts'
import { StateError } from './errors.ts'
import { addScaled, dot, LbfgsMemory } from './lbfgs-memory.ts'
import type { ArrayTensor, ArrayTensors, Problem } from './problem.ts'
import { outputsOf, weightedTotal } from './step.ts'
import { type LinePoint, strongWolfe } from './strong-wolfe.ts'

/** Keys of a config that only L-BFGS has. */
export const lbfgsKeys = {
  history: z
    .int()
    .min(1)
    .max(200)
    .describe('How many past moves L-BFGS remembers; each takes twice the memory of the variables.'),
  lineSearch: z
    .enum(['none', 'strong-wolfe'])
    .describe(
      'How far L-BFGS goes: "none" takes the learning rate; "strong-wolfe" searches along the line, with several evaluations a step.',
    ),
}

export interface LbfgsConfig {
  readonly name: 'lbfgs'
  readonly history: number
  readonly lineSearch: 'none' | 'strong-wolfe'
}

/** A slope or a move below this is none (torch's defaults). */
const FLAT = 1e-7
const TINY = 1e-9

/** Where the vector's parts come from. */
interface Part {
  readonly name: string
  readonly tensor: Tensor
  readonly start: number
  readonly size: number
}

export class Lbfgs implements Driver {
  readonly #config: LbfgsConfig
  readonly #parts: readonly Part[]
  readonly #executable: Executable
  readonly #projection: Executable | undefined
  readonly #memory: LbfgsMemory
  #x: Float32Array
  #before: Float32Array | undefined
  /** Of the last step: where it went, and the gradient that it started from. */
  #last: { readonly move: Float32Array; readonly gradient: Float32Array } | undefined

  private constructor(
    config: LbfgsConfig,
    parts: readonly Part[],
    executable: Executable,
    projection: Executable | undefined,
  ) {
    this.#config = config
    this.#parts = parts
    this.#executable = executable
    this.#projection = projection
    this.#memory = new LbfgsMemory(config.history)
    this.#x = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0))
  }

  static async open(problem: Problem, config: LbfgsConfig, compile: CompileOptions): Promise<Lbfgs> {
    const entries = Object.entries(problem.variables)
    let start = 0
    const parts = entries.map(([name, { tensor }]) => {
      const part = { name, tensor, start, size: sizeOf(tensor.shape) }
      start += part.size
      return part
    })
    const total = weightedTotal(problem.terms)
    const slopes = gradients(
      total,
      parts.map(({ tensor }) => tensor),
    )
    const outputs: Record<string, Tensor> = outputsOf(problem, total)
    entries.forEach(([name, { rate }], i) => {
      outputs[`slope/${name}`] = slopes[i]!
      outputs[`rate/${name}`] = rate
    })
    const projected = entries.flatMap(([name, { tensor, project }]) =>
      project ? [[`projected/${name}`, project(tensor)] as const] : [],
    )
    const projection =
      projected.length > 0
        ? await Executable.compile({ outputs: Object.fromEntries(projected) }, { ...compile, occasional: true })
        : undefined
    const executable = await Executable.compile({ name: problem.name, outputs, fixed: problem.held }, compile)
    return new Lbfgs(config, parts, executable, projection)
  }

  get flops(): number {
    return this.#executable.flops
  }

  async reset(): Promise<void> {
    this.#memory.clear()
    this.#last = undefined
  }

  async step(_: number, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, Float32Array>> {
    await this.#project()
    this.#before = this.#x
    const slopes = this.#parts.flatMap(({ name }) => [`slope/${name}`, `rate/${name}`])
    const evaluate = (x: Float32Array, names: readonly string[]) =>
      this.#executable.run({ ...feeds, ...this.#split(x) }, [...new Set([...names, ...slopes])])
    const out = await evaluate(this.#x, ['loss/total', ...wanted])
    const gradient = this.#joined(out, 'slope')
    // With a bad loss there is no direction; whoever asked sees it and takes the step back.
    if (!Number.isFinite(out['loss/total']![0]!) || largest(gradient) <= FLAT) return out
    if (this.#last) {
      const y = gradient.map((g, i) => g - this.#last!.gradient[i]!)
      this.#memory.remember(this.#last.move, y)
    }
    const direction = this.#memory.direction(gradient)
    const slope = dot(gradient, direction)
    if (slope > -TINY) return out
    const rates = this.#rates(out)
    const first = this.#last ? 1 : Math.min(1, 1 / gradient.reduce((sum, g) => sum + Math.abs(g), 0))
    for (let i = 0; i < direction.length; i++) direction[i]! *= rates(i)
    const t =
      this.#config.lineSearch === 'none'
        ? first
        : await this.#search(
            direction,
            { t: 0, loss: out['loss/total']![0]!, gradient, slope: dot(gradient, direction) },
            first,
            evaluate,
          )
    const move = direction.map((d) => t * d)
    this.#x = this.#x.slice()
    addScaled(this.#x, move, 1)
    this.#last = { move, gradient }
    return out
  }

  async #search(
    direction: Float32Array,
    start: LinePoint,
    first: number,
    evaluate: (x: Float32Array, names: readonly string[]) => Promise<Record<string, Float32Array>>,
  ): Promise<number> {
    const origin = this.#x
    const at = async (t: number): Promise<LinePoint> => {
      const x = origin.slice()
      addScaled(x, direction, t)
      const out = await evaluate(x, ['loss/total'])
      const gradient = this.#joined(out, 'slope')
      return { t, loss: out['loss/total']![0]!, gradient, slope: dot(gradient, direction) }
    }
    return (await strongWolfe(start, first, largest(direction), TINY, at)).t
  }

  /** Variables are brought to where they have a meaning before they are looked at, as the public codes clamp. */
  async #project(): Promise<void> {
    if (!this.#projection) return
    const projected = await this.#projection.run(this.#split(this.#x))
    const x = this.#x.slice()
    for (const { name, start } of this.#parts) {
      const part = projected[`projected/${name}`]
      if (part) x.set(part, start)
    }
    this.#x = x
  }

  #split(x: Float32Array): Record<string, Float32Array> {
    return Object.fromEntries(this.#parts.map(({ name, start, size }) => [name, x.subarray(start, start + size)]))
  }

  #joined(out: Readonly<Record<string, Float32Array>>, kind: string): Float32Array {
    const all = new Float32Array(this.#x.length)
    for (const { name, start } of this.#parts) all.set(out[`${kind}/${name}`]!, start)
    return all
  }

  /** The learning rate of each number. */
  #rates(out: Readonly<Record<string, Float32Array>>): (i: number) => number {
    const each = this.#parts.map(({ name, start, size }) => ({ rate: out[`rate/${name}`]!, start, size }))
    if (each.length === 1 && each[0]!.rate.length === 1) return () => each[0]!.rate[0]!
    return (i) => {
      const { rate, start, size } = each.find((part) => i < part.start + part.size)!
      return rate[Math.floor(((i - start) * rate.length) / size)]!
    }
  }

  undo(): void {
    if (this.#before) this.#x = this.#before
  }

  has(name: string): boolean {
    return this.#parts.some((part) => part.name === name) || this.#executable.hasState(name)
  }

  async read(name: string): Promise<Float32Array> {
    const part = this.#parts.find((one) => one.name === name)
    return part ? this.#x.slice(part.start, part.start + part.size) : this.#executable.readState(name)
  }

  async write(name: string, values: Numbers): Promise<void> {
    const part = this.#parts.find((one) => one.name === name)
    if (!part) return this.#executable.writeState(name, values)
    this.#x = this.#x.slice()
    this.#x.set(values, part.start)
  }

  async save(): Promise<ArrayTensors> {
    const saved: Record<string, ArrayTensor> = {}
    const flat = (data: Float32Array): ArrayTensor => ({ shape: [data.length], data })
    for (const { name, tensor, start, size } of this.#parts)
      saved[name] = { shape: tensor.shape, data: this.#x.slice(start, start + size) }
    this.#memory.pairs.forEach(({ s, y }, i) => {
      saved[`lbfgs/${i}/move`] = flat(s)
      saved[`lbfgs/${i}/change`] = flat(y)
    })
    if (this.#last) {
      saved['lbfgs/last/move'] = flat(this.#last.move)
      saved['lbfgs/last/gradient'] = flat(this.#last.gradient)
    }
    return saved
  }

  async load(saved: ArrayTensors): Promise<void> {
    for (const { name } of this.#parts) {
      const value = saved[name]
      if (!value) throw new StateError(name)
      await this.write(name, value.data)
    }
    this.#memory.clear()
    for (let i = 0; saved[`lbfgs/${i}/move`]; i++)
      this.#memory.remember(saved[`lbfgs/${i}/move`]!.data, saved[`lbfgs/${i}/change`]!.data)
    const [move, gradient] = [saved['lbfgs/last/move'], saved['lbfgs/last/gradient']]
    this.#last = move && gradient && { move: move.data, gradient: gradient.data }
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#executable.dispose(), this.#projection?.dispose()])
  }
}

function largest(values: Float32Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}

// What every executor reads off a program before it runs it: which inputs are fed, which are held, what is wanted.

import { ancestors } from '../graph/gradients.ts'
import { writeOnnx } from '../graph/onnx.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'
import type { Program } from './contract.ts'
import { EngineError, type Numbers } from './values.ts'

/** An input that the engine holds: a state with the tensor that replaces it, or something fixed without one. */
export interface HeldInput {
  name: string
  current: Tensor
  next?: Tensor
}

export interface Layout {
  /** Everything that must be computed. */
  roots: Tensor[]
  /** Inputs that are given at each run. */
  fed: Tensor[]
  held: HeldInput[]
}

export function layoutOf(program: Program): Layout {
  const state = Object.entries(program.state ?? {})
  const roots = [...Object.values(program.outputs), ...state.map(([, s]) => s.next)]
  const used = new Set(ancestors(roots).filter((t) => t.op === 'Input'))
  const held: HeldInput[] = state.map(([name, { current, next }]) => ({ name, current, next }))
  // An input that nothing reads is no input of the model.
  for (const [name, current] of Object.entries(program.fixed ?? {})) if (used.has(current)) held.push({ name, current })
  const heldInputs = new Set(held.map(({ current }) => current))
  return { roots, fed: [...used].filter((t) => !heldInputs.has(t)), held }
}

const nextPrefix = 'next/'

/** Name of the model's output that replaces a state. */
export function nextName(state: string): string {
  return nextPrefix + state
}

/** The whole program as one ONNX model, state included: each state is an input and, as "next/<name>", an output. */
export function programModel(program: Program, { half = false }: { half?: boolean | undefined } = {}): Uint8Array {
  const outputs: Record<string, Tensor> = { ...program.outputs }
  for (const [name, { next }] of Object.entries(program.state ?? {})) outputs[nextName(name)] = next
  return writeOnnx({ outputs, name: program.name ?? 'program', half })
}

export function checkWanted(outputs: Readonly<Record<string, Tensor>>, wanted: readonly string[]): void {
  const unknown = wanted.find((name) => !outputs[name])
  if (unknown !== undefined)
    throw new EngineError(`no output is called "${unknown}" (there are: ${Object.keys(outputs).join(', ')})`)
}

/** What is held under a name, or an error that says what there is. */
export function heldOf<T>(held: ReadonlyMap<string, T>, name: string): T {
  const found = held.get(name)
  if (found === undefined)
    throw new EngineError(`no state is called "${name}" (there are: ${[...held.keys()].join(', ')})`)
  return found
}

export function checkLength(name: string, t: Tensor, values: Numbers): void {
  const size = sizeOf(t.shape)
  if (values.length !== size) throw new EngineError(`state "${name}" has ${size} numbers, got ${values.length}`)
}

// A network's weights as constants of the graph. Each key becomes one constant however often it is used, and its
// numbers are read only when a model is written or executed.

import { type Shape, ShapeError, sameShape, showShape } from './shape.ts'
import { constant, type Tensor } from './tensor.ts'

/** Where the numbers come from; src/checkpoint has readers of files that fit. */
export interface WeightSource {
  keys(): readonly string[]
  has(key: string): boolean
  shape(key: string): readonly number[]
  read(key: string): Float32Array
}

/** The weights of a network as constants of the graph, by their keys in the file; `at` looks below a prefix. */
export class Weights implements WeightSource {
  readonly #source: WeightSource
  readonly #name: string
  readonly #prefix: string
  readonly #made: Map<string, Tensor>

  /** @param name what the constants are filed under in the model, such as "vgg16" */
  constructor(source: WeightSource, name: string, prefix = '', made = new Map<string, Tensor>()) {
    this.#source = source
    this.#name = name
    this.#prefix = prefix
    this.#made = made
  }

  /** The same weights seen from below `prefix`. */
  at(prefix: string): Weights {
    return new Weights(this.#source, this.#name, `${this.#prefix}${prefix}.`, this.#made)
  }

  has(key: string): boolean {
    return this.#source.has(this.#prefix + key)
  }

  shape(key: string): Shape {
    return this.#source.shape(this.#prefix + key)
  }

  /** Keys below this point, without the prefix. */
  keys(): string[] {
    return this.#source
      .keys()
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => key.slice(this.#prefix.length))
  }

  /** The numbers themselves, for those who change them: weights are a source, too. */
  read(key: string): Float32Array {
    return this.#source.read(this.#prefix + key)
  }

  /** @param shape what the caller can use; a file that holds another one is refused by name */
  get(key: string, shape?: Shape): Tensor {
    const full = this.#prefix + key
    const found = this.#source.shape(full)
    if (shape && !sameShape(shape, found))
      throw new ShapeError(`${this.#name}: "${full}" should be ${showShape(shape)} and is ${showShape(found)}`)
    const known = this.#made.get(full)
    if (known) return known
    const made = constant(() => this.#source.read(full), found, `${this.#name}/${full}`)
    this.#made.set(full, made)
    return made
  }

  /** How many consecutive indices `prefix.0`, `prefix.1`, … (or from `first`) have a key below them. */
  count(prefix: string, first = 0): number {
    const keys = this.keys()
    let n = 0
    while (keys.some((key) => key.startsWith(`${prefix}.${first + n}.`))) n++
    return n
  }
}

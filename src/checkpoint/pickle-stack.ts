/** The pickle machine's stack with its marks, and its memo: nothing is taken from below a mark, everything is counted. */
import type { Limits } from './limits.ts'
import type { Fail } from './pickle.ts'
import type { Value } from './value.ts'

export class PickleStack {
  readonly #values: Value[] = []
  readonly #marks: number[] = []
  readonly #memo = new Map<number, Value>()
  readonly #limits: Limits
  readonly #fail: Fail

  constructor(limits: Limits, fail: Fail) {
    this.#limits = limits
    this.#fail = fail
  }

  get isEmpty(): boolean {
    return this.#values.length === 0 && this.#marks.length === 0
  }

  get memoSize(): number {
    return this.#memo.size
  }

  push(value: Value): void {
    if (this.#values.push(value) > this.#limits.stack) this.#fail(`more than ${this.#limits.stack} values on the stack`)
  }

  mark(): void {
    if (this.#marks.push(this.#values.length) > this.#limits.marks) this.#fail('too many open marks')
  }

  pop(): Value {
    this.#need(1)
    return this.#values.pop() ?? null
  }

  top(): Value {
    this.#need(1)
    return this.#values.at(-1) ?? null
  }

  /** The last n values, oldest first. */
  popMany(n: number): Value[] {
    this.#need(n)
    return this.#values.splice(this.#values.length - n, n)
  }

  popToMark(): Value[] {
    const mark = this.#marks.pop()
    return mark === undefined ? this.#fail('no mark on the pickle stack') : this.#values.splice(mark)
  }

  recall(index: number): Value {
    const value = this.#memo.get(index)
    return value === undefined ? this.#fail(`memo ${index} is read before it is written`) : value
  }

  remember(index: number): void {
    if (this.#memo.size >= this.#limits.memo) this.#fail(`more than ${this.#limits.memo} memo entries`)
    this.#memo.set(index, this.top())
  }

  #need(n: number): void {
    if (this.#values.length - n < (this.#marks.at(-1) ?? 0)) this.#fail('a value is taken from an empty pickle stack')
  }
}

/**
 * A pickle machine that cannot do anything: it knows the opcodes of `opcodes.ts` and the names of `globals.ts`, builds
 * inert values, and stops with an error at everything else. Python's own unpickler calls whatever the file names; here
 * "calling" means picking a function from a fixed list of ours. Every count is limited while it grows.
 */
import type { Cursor } from './cursor.ts'
import { CheckpointError, quote } from './errors.ts'
import { globals, hintFor } from './globals.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { op as o, opcodeName } from './opcodes.ts'
import { PickleStack } from './pickle-stack.ts'
import { checkTree } from './tree.ts'
import { BytesValue, GlobalValue, kindOf, ObjectValue, TensorValue, type Value, type ValueMap } from './value.ts'

/** What a call from inside the pickle may use: errors with the right place, limits, and the file's own storages. */
export interface PickleContext {
  readonly limits: Limits
  /** The storage a torch file means by a persistent id; absent in a plain pickle. */
  readonly persistent?: (id: Value, fail: Fail) => Value
  /** Reads the torch file inside a byte string (NVIDIA's pickles); absent inside such a file: one level is enough. */
  readonly nested?: (bytes: BytesValue, fail: Fail) => Value
}

export type Fail = (problem: string, hint?: string) => never

/** Runs one pickle from the cursor's position to its STOP, and leaves the cursor behind it. */
export function runPickle(cursor: Cursor, context: PickleContext = { limits: defaultLimits }): Value {
  return new Machine(cursor, context).run()
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

class Machine {
  readonly #cursor: Cursor
  readonly #context: PickleContext
  readonly #limits: Limits
  readonly #stack: PickleStack
  readonly #fail: Fail
  /** Arrays that were made as lists: only they may be appended to. */
  readonly #lists = new WeakSet<readonly Value[]>()
  #containers = 0
  #tensors = 0
  #strings = 0
  /** Where the present opcode is. */
  #at = 0

  constructor(cursor: Cursor, context: PickleContext) {
    this.#cursor = cursor
    this.#context = context
    this.#limits = context.limits
    this.#fail = (problem, hint) => {
      throw new CheckpointError(cursor.source.name, problem, cursor.source.base + this.#at, hint)
    }
    this.#stack = new PickleStack(context.limits, this.#fail)
  }

  run(): Value {
    const stack = this.#stack
    for (let count = 0; ; count++) {
      this.#at = this.#cursor.position
      if (count >= this.#limits.opcodes) this.#fail(`more than ${this.#limits.opcodes} pickle opcodes`)
      const code = this.#cursor.u8()
      if (code === o.STOP) break
      const value = this.#scalar(code) ?? this.#container(code)
      if (value !== undefined) stack.push(value)
      else if (code === o.NONE) stack.push(null)
      else this.#act(code)
    }
    const result = stack.pop()
    if (!stack.isEmpty) this.#fail('the pickle stops with values left over')
    checkTree(result, this.#limits, this.#fail)
    return result
  }

  /** Opcodes that push what stands behind them in the file. */
  #scalar(code: number): Value | undefined {
    const cursor = this.#cursor
    switch (code) {
      case o.NEWTRUE:
        return true
      case o.NEWFALSE:
        return false
      case o.BININT:
        return cursor.i32()
      case o.BININT1:
        return cursor.u8()
      case o.BININT2:
        return cursor.u16()
      case o.LONG1:
        return this.#long(cursor.u8())
      case o.LONG4:
        return this.#long(cursor.i32())
      case o.BINFLOAT:
        return cursor.doubleBigEndian()
      case o.SHORT_BINSTRING:
        return this.#latin1(cursor.u8())
      case o.BINSTRING:
        return this.#latin1(cursor.i32())
      case o.SHORT_BINUNICODE:
        return this.#text(cursor.u8())
      case o.BINUNICODE:
        return this.#text(cursor.u32())
      case o.BINUNICODE8:
        return this.#text(cursor.u64())
      case o.SHORT_BINBYTES:
        return this.#count(new BytesValue(cursor.take(cursor.u8())))
      case o.BINBYTES:
        return this.#count(new BytesValue(cursor.take(cursor.u32())))
      case o.BINBYTES8:
      case o.BYTEARRAY8:
        return this.#count(new BytesValue(cursor.take(cursor.u64())))
      case o.GLOBAL: {
        const module = cursor.line(this.#limits.name)
        return this.#global(module, cursor.line(this.#limits.name))
      }
      default:
        return undefined
    }
  }

  /** Opcodes that push something made from the stack. */
  #container(code: number): Value | undefined {
    const stack = this.#stack
    switch (code) {
      case o.EMPTY_LIST: {
        const list: Value[] = []
        this.#lists.add(list)
        return this.#count(list)
      }
      case o.EMPTY_TUPLE:
        return this.#tuple([])
      case o.TUPLE:
        return this.#tuple(stack.popToMark())
      case o.TUPLE1:
        return this.#tuple(stack.popMany(1))
      case o.TUPLE2:
        return this.#tuple(stack.popMany(2))
      case o.TUPLE3:
        return this.#tuple(stack.popMany(3))
      case o.EMPTY_DICT:
        return this.#count(new Map())
      case o.EMPTY_SET:
        return this.#count(new Set<Value>())
      case o.FROZENSET:
        return this.#count(new Set(stack.popToMark()))
      case o.STACK_GLOBAL: {
        const [module, name] = stack.popMany(2)
        if (typeof module !== 'string' || typeof name !== 'string')
          return this.#fail(`${kindOf(module)} and ${kindOf(name)} where two names should be`)
        return this.#global(module, name)
      }
      case o.REDUCE:
        return this.#call('call')
      case o.NEWOBJ:
        return this.#call('create')
      case o.BINPERSID: {
        const id = stack.pop()
        if (this.#context.persistent === undefined) return this.#fail('a persistent id in a plain pickle')
        return this.#count(this.#context.persistent(id, this.#fail))
      }
      default:
        return undefined
    }
  }

  /** Opcodes that push nothing new; null may come back from the memo, so reading it is here too. */
  #act(code: number): void {
    const cursor = this.#cursor
    const stack = this.#stack
    if (code === o.PROTO) {
      const version = cursor.u8()
      if (version < 2 || version > 5) this.#fail(`pickle protocol ${version} is not 2 to 5`)
    } else if (code === o.FRAME) {
      const length = cursor.u64()
      if (length > cursor.source.size - cursor.position) this.#fail(`a frame of ${length} bytes is beyond the file`)
    } else if (code === o.MARK) stack.mark()
    else if (code === o.POP) stack.pop()
    else if (code === o.POP_MARK) stack.popToMark()
    else if (code === o.APPEND) this.#append([stack.pop()])
    else if (code === o.APPENDS) this.#append(stack.popToMark())
    else if (code === o.SETITEM) this.#setItems(stack.popMany(2))
    else if (code === o.SETITEMS) this.#setItems(stack.popToMark())
    else if (code === o.ADDITEMS) this.#addItems(stack.popToMark())
    else if (code === o.BUILD) this.#build()
    else if (code === o.BINGET) stack.push(stack.recall(cursor.u8()))
    else if (code === o.LONG_BINGET) stack.push(stack.recall(cursor.u32()))
    else if (code === o.BINPUT) stack.remember(cursor.u8())
    else if (code === o.LONG_BINPUT) stack.remember(cursor.u32())
    else if (code === o.MEMOIZE) stack.remember(stack.memoSize)
    else {
      const hint = 'weights saved by torch.save do not need it'
      this.#fail(`pickle opcode ${opcodeName(code)} is not in the list of allowed ones`, hint)
    }
  }

  #count<T extends Value>(value: T): T {
    if (++this.#containers > this.#limits.containers) this.#fail(`more than ${this.#limits.containers} objects`)
    if (value instanceof TensorValue && ++this.#tensors > this.#limits.tensors)
      this.#fail(`more than ${this.#limits.tensors} tensors`)
    return value
  }

  #tuple(items: Value[]): readonly Value[] {
    return this.#count(Object.freeze(items))
  }

  #append(items: Value[]): void {
    const list = this.#stack.top()
    if (!Array.isArray(list) || !this.#lists.has(list))
      this.#fail(`items are appended to ${kindOf(list)}, which is no list`)
    for (const item of items) (list as Value[]).push(item)
  }

  #addItems(items: Value[]): void {
    const set = this.#stack.top()
    if (!(set instanceof Set)) this.#fail(`items are added to ${kindOf(set)}, which is no set`)
    for (const item of items) (set as Set<Value>).add(item)
  }

  #setItems(items: Value[]): void {
    const target = this.#stack.top()
    if (!(target instanceof Map)) this.#fail(`items are set in ${kindOf(target)}, which is no dict`)
    if (items.length % 2 !== 0) this.#fail('a dict key without its value')
    for (let i = 0; i < items.length; i += 2) this.#put(target as ValueMap, items[i] ?? null, items[i + 1] ?? null)
  }

  #put(target: ValueMap, key: Value, value: Value): void {
    if (typeof key === 'object' && key !== null) this.#fail(`${kindOf(key)} as a dict key`)
    const plain = key as string | number | boolean | null | bigint
    if (target.has(plain)) this.#fail(`the key ${quote(String(plain))} is set twice`)
    target.set(plain, value)
  }

  #long(length: number): number | bigint {
    if (length < 0 || length > this.#limits.long)
      this.#fail(`an integer of ${length} bytes, at most ${this.#limits.long} are read`)
    const bytes = this.#cursor.bytes(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
    if (length > 0 && (bytes[length - 1] ?? 0) & 0x80) value -= 1n << BigInt(8 * length)
    const small = Number(value)
    return Number.isSafeInteger(small) ? small : value
  }

  #string(length: number): Uint8Array {
    if (length < 0 || length > this.#limits.string)
      this.#fail(`a string of ${length} bytes, at most ${this.#limits.string} are read`)
    this.#strings += length
    if (this.#strings > this.#limits.strings) this.#fail(`more than ${this.#limits.strings} bytes of strings`)
    return this.#cursor.bytes(length)
  }

  #latin1(length: number): string {
    // Python 2's str: names of tensors in old files; latin1 is what numpy and torch ask for there.
    return Buffer.from(this.#string(length)).toString('latin1')
  }

  #text(length: number): string {
    const bytes = this.#string(length)
    try {
      return utf8.decode(bytes)
    } catch {
      return this.#fail('a string that is not UTF-8')
    }
  }

  #global(module: string, name: string): GlobalValue {
    const full = `${module}.${name}`
    if (!globals.has(full))
      this.#fail(`the file asks for ${quote(full)}, which is not in the list of known names`, hintFor(full))
    return this.#count(new GlobalValue(full))
  }

  #call(how: 'call' | 'create'): Value {
    const [callee, args] = this.#stack.popMany(2)
    if (!(callee instanceof GlobalValue)) return this.#fail(`a call of ${kindOf(callee)}`)
    if (!Array.isArray(args) || this.#lists.has(args)) return this.#fail('a call whose arguments are no tuple')
    const action = globals.get(callee.name)?.[how]
    if (action === undefined) return this.#fail(`${quote(callee.name)} is not something that may be called`)
    return this.#count(action(args as readonly Value[], this.#fail, this.#context))
  }

  #build(): void {
    const state = this.#stack.pop()
    const target = this.#stack.top()
    // Attributes of a dict (a state dict's _metadata) carry nothing we need.
    if (target instanceof Map) return
    if (!(target instanceof ObjectValue)) this.#fail(`state is set on ${kindOf(target)}`)
    const object = target as ObjectValue
    if (object.className.startsWith('numpy.')) this.#put(object.state, 'state', state)
    else if (state instanceof Map) for (const [key, value] of state as ValueMap) this.#put(object.state, key, value)
    else this.#fail(`the state of ${quote(object.className)} is ${kindOf(state)}`)
  }
}

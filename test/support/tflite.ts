// A TensorFlow Lite model of constants alone, written by hand: what the reader has to read and no more.

export interface Constant {
  readonly name: string
  readonly shape: readonly number[]
  /** As in schema.fbs: 0 float32, 1 float16, 2 int32, 9 int8. */
  readonly type: number
  readonly bytes: Uint8Array
  readonly quantization?: {
    readonly scales: readonly number[]
    readonly zeros: readonly number[]
    readonly axis: number
  }
}

type Part = (bytes: Builder) => number

/** FlatBuffers from back to front are awkward to write: here everything is appended, and tables are told where their parts went. */
class Builder {
  #bytes: number[] = []
  get size(): number {
    return this.#bytes.length
  }
  align(width: number): void {
    while (this.size % width > 0) this.#bytes.push(0)
  }
  u8(value: number): void {
    this.#bytes.push(value & 255)
  }
  number(value: number, width: 2 | 4 | 8): void {
    for (let i = 0; i < width; i++) this.u8(i < 4 ? value >> (8 * i) : value < 0 ? 255 : 0)
  }
  patch(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.#bytes[at + i] = (value >> (8 * i)) & 255
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** Fields are numbers in place, or parts that come later. */
function table(out: Builder, fields: readonly (number | { byte: number } | Part | undefined)[]): number {
  out.align(4)
  const names = out.size
  const size = 4 + 4 * fields.length
  out.number(4 + 2 * fields.length, 2)
  out.number(size, 2)
  for (const [i, field] of fields.entries()) out.number(field === undefined ? 0 : 4 + 4 * i, 2)
  out.align(4)
  const start = out.size
  out.number(start - names, 4)
  const open: [number, Part][] = []
  for (const field of fields) {
    if (typeof field === 'function') open.push([out.size, field])
    out.number(typeof field === 'number' ? field : typeof field === 'object' ? field.byte : 0, 4)
  }
  for (const [at, part] of open) out.patch(at, part(out) - at)
  return start
}

const vector =
  (count: number, write: (out: Builder) => void, width = 4): Part =>
  (out) => {
    out.align(4)
    // Elements of eight bytes begin at a multiple of eight.
    while ((out.size + 4) % width > 0) out.u8(0)
    const start = out.size
    out.number(count, 4)
    write(out)
    return start
  }

const numbers = (values: readonly number[], width: 4 | 8 = 4): Part =>
  vector(
    values.length,
    (out) => {
      for (const value of values) out.number(value, width)
    },
    width,
  )

const floats = (values: readonly number[]): Part =>
  vector(values.length, (out) =>
    new Uint8Array(Float32Array.from(values).buffer).forEach((byte) => {
      out.u8(byte)
    }),
  )

const raw = (bytes: Uint8Array): Part =>
  vector(bytes.length, (out) =>
    bytes.forEach((byte) => {
      out.u8(byte)
    }),
  )

const tables =
  (parts: readonly Part[]): Part =>
  (out) => {
    out.align(4)
    const start = out.size
    out.number(parts.length, 4)
    const places = parts.map(() => {
      out.number(0, 4)
      return out.size - 4
    })
    parts.forEach((part, i) => {
      out.patch(places[i]!, part(out) - places[i]!)
    })
    return start
  }

/** The bytes of a .tflite. */
export function tfliteModel(constants: readonly Constant[]): Uint8Array {
  const out = new Builder()
  out.number(0, 4)
  for (const letter of Buffer.from('TFL3')) out.u8(letter)
  const tensor =
    ({ name, shape, type, quantization }: Constant, i: number): Part =>
    (at) =>
      table(at, [
        numbers(shape),
        { byte: type },
        i + 1,
        raw(Buffer.from(name)),
        quantization &&
          ((deep) =>
            table(deep, [
              undefined,
              undefined,
              floats(quantization.scales),
              numbers(quantization.zeros, 8),
              undefined,
              undefined,
              quantization.axis,
            ])),
      ])
  const buffers = [new Uint8Array(0), ...constants.map(({ bytes }) => bytes)]
  const root = table(out, [
    3,
    undefined,
    tables([(at) => table(at, [tables(constants.map(tensor))])]),
    undefined,
    tables(buffers.map((bytes) => (at) => table(at, [raw(bytes)]))),
  ])
  out.patch(0, root)
  return out.done()
}

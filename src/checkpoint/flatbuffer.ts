// The little of FlatBuffers (https://flatbuffers.dev/internals/) that reading a model needs: tables with optional fields, vectors,
// strings. Every offset is checked by DataView, so a damaged file ends in a RangeError and never outside of its bytes.

/** A table at a place. Fields are counted from 0 in the order of the schema. */
export interface Table {
  has(field: number): boolean
  int(field: number, otherwise?: number): number
  byte(field: number, otherwise?: number): number
  table(field: number): Table | undefined
  tables(field: number): Table[]
  text(field: number): string
  ints(field: number): number[]
  longs(field: number): number[]
  floats(field: number): number[]
  /** Where the bytes of a vector lie. */
  bytes(field: number): { readonly start: number; readonly length: number }
}

/** Elements that a vector may have. */
const MOST = 1 << 20

/** @throws RangeError where an offset leads out of the bytes */
export function rootTable(view: DataView): Table {
  return tableAt(view, view.getUint32(0, true))
}

function tableAt(view: DataView, at: number): Table {
  const names = at - view.getInt32(at, true)
  const size = view.getUint16(names, true)
  const place = (field: number): number => {
    const entry = 4 + 2 * field
    if (entry >= size) return 0
    const offset = view.getUint16(names + entry, true)
    return offset === 0 ? 0 : at + offset
  }
  const follow = (from: number) => from + view.getUint32(from, true)
  const vector = (field: number): { start: number; length: number } => {
    const from = place(field)
    if (from === 0) return { start: 0, length: 0 }
    const start = follow(from)
    return { start: start + 4, length: view.getUint32(start, true) }
  }
  const elements = <T>(field: number, width: number, read: (offset: number) => T): T[] => {
    const { start, length } = vector(field)
    if (length > MOST) throw new RangeError(`a vector of ${length} elements`)
    return Array.from({ length }, (_, i) => read(start + width * i))
  }
  return {
    has: (field) => place(field) !== 0,
    int: (field, otherwise = 0) => (place(field) === 0 ? otherwise : view.getInt32(place(field), true)),
    byte: (field, otherwise = 0) => (place(field) === 0 ? otherwise : view.getInt8(place(field))),
    table: (field) => (place(field) === 0 ? undefined : tableAt(view, follow(place(field)))),
    tables: (field) => elements(field, 4, (offset) => tableAt(view, follow(offset))),
    text(field) {
      const { start, length } = vector(field)
      return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
        .subarray(start, start + Math.min(length, 512))
        .toString('utf8')
    },
    ints: (field) => elements(field, 4, (offset) => view.getInt32(offset, true)),
    longs: (field) => elements(field, 8, (offset) => Number(view.getBigInt64(offset, true))),
    floats: (field) => elements(field, 4, (offset) => view.getFloat32(offset, true)),
    bytes: vector,
  }
}

/** The first directory of a TIFF (TIFF 6.0, section 2; BigTIFF): where its pixels are and how they are coded. */
import { Damage } from './verdict.ts'

export interface TiffDirectory {
  /** All values of a tag that are whole numbers; undefined when it isn't there. */
  numbers(tag: number): number[] | undefined
  number(tag: number, otherwise: number): number
  bytes(tag: number): Uint8Array | undefined
}

const SIZES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8]

/** @throws Damage where it points outside of the file */
export function firstDirectory(data: Uint8Array): TiffDirectory | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const little = data[0] === 0x49
  const u16 = (at: number) => view.getUint16(at, little)
  const u32 = (at: number) => view.getUint32(at, little)
  const u64 = (at: number) => Number(view.getBigUint64(at, little))
  try {
    const big = u16(2) === 43
    if (!big && u16(2) !== 42) return undefined
    const at = big ? u64(8) : u32(4)
    const count = big ? u64(at) : u16(at)
    const step = big ? 20 : 12
    const entries = new Map<number, { type: number; count: number; place: number }>()
    for (let i = 0; i < Math.min(count, 4096); i++) {
      const entry = at + (big ? 8 : 2) + step * i
      const type = u16(entry + 2)
      const values = big ? u64(entry + 4) : u32(entry + 4)
      const size = values * (SIZES[type] ?? 0)
      const inline = entry + (big ? 12 : 8)
      const place = size <= (big ? 8 : 4) ? inline : big ? u64(inline) : u32(inline)
      if (place + size <= data.length) entries.set(u16(entry), { type, count: values, place })
    }
    const read = (type: number, place: number) =>
      type === 1 || type === 7 ? data[place]! : type === 3 ? u16(place) : type === 4 ? u32(place) : u64(place)
    const numbers = (tag: number) => {
      const entry = entries.get(tag)
      if (!entry || ![1, 3, 4, 7, 16].includes(entry.type)) return undefined
      return Array.from({ length: entry.count }, (_, i) => read(entry.type, entry.place + i * SIZES[entry.type]!))
    }
    return {
      numbers,
      number: (tag, otherwise) => numbers(tag)?.[0] ?? otherwise,
      bytes(tag) {
        const entry = entries.get(tag)
        return entry && data.subarray(entry.place, entry.place + entry.count * (SIZES[entry.type] ?? 0))
      },
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Damage('its directory is missing')
    throw error
  }
}

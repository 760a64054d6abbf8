/** Bits and Huffman codes of JPEG (ITU-T T.81, F.2.2), as far as following them goes: no pictures are made. */
import { Damage } from './verdict.ts'

/** For each 16-bit prefix: length of its code << 8 | symbol; 0 where no code begins so. */
export type HuffmanTable = Uint16Array

/** @param counts number of codes of lengths 1 to 16; @param symbols in order of their codes */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65536)
  let code = 0
  let next = 0
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length)
    for (let i = 0; i < counts[length - 1]!; i++) {
      const start = code << (16 - length)
      if (start + span > 65536) throw new Damage('a code table of it is impossible')
      table.fill((length << 8) | symbols[next++]!, start, start + span)
      code++
    }
    code <<= 1
  }
  return table
}

/** Reads the bits of a scan up to its next marker; past that zeros come, and `overrun` says so. */
export class ScanBits {
  position: number
  private buffer = 0
  private held = 0
  private padded = 0
  private readonly data: Uint8Array

  constructor(data: Uint8Array, position: number) {
    this.data = data
    this.position = position
  }

  private fill(): void {
    while (this.held <= 24) {
      let byte = 0
      const { position } = this
      if (position >= this.data.length) this.padded += 8
      else {
        byte = this.data[position]!
        if (byte !== 0xff) this.position++
        else if (this.data[position + 1] === 0) this.position += 2
        else {
          byte = 0
          this.padded += 8
        }
      }
      this.buffer = (this.buffer << 8) | byte
      this.held += 8
    }
  }

  /** @param count at most 16 */
  read(count: number): number {
    if (count === 0) return 0
    if (this.held < count) this.fill()
    this.held -= count
    return (this.buffer >>> this.held) & ((1 << count) - 1)
  }

  /** The next symbol. @throws Damage where no code of the table begins so */
  symbol(table: HuffmanTable): number {
    if (this.held < 16) this.fill()
    const entry = table[(this.buffer >>> (this.held - 16)) & 0xffff]!
    if (entry === 0) throw new Damage('its code is broken')
    this.held -= entry >> 8
    return entry & 255
  }

  /** A number of `size` bits with its sign (T.81, EXTEND). */
  signed(size: number): number {
    const value = this.read(size)
    return size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value
  }

  /** Whether more bits were read than there are. */
  get overrun(): boolean {
    return this.held < this.padded
  }

  /** Whole bytes that were not read, up to the next marker (at most as many as are in the buffer are counted, and then those ahead). */
  get unread(): number {
    const buffered = (this.held - this.padded) >> 3
    return buffered + (this.nextMarker() - this.position)
  }

  /** Position of the marker that ends these bits; the length of the data where there is none. */
  nextMarker(): number {
    const { data } = this
    let at = this.position
    for (; at < data.length; at++) if (data[at] === 0xff && data[at + 1] !== 0 && data[at + 1] !== 0xff) break
    return at
  }

  /** Begins again behind a marker. */
  restart(position: number): void {
    this.position = position
    this.buffer = 0
    this.held = 0
    this.padded = 0
  }
}

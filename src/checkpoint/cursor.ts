/** Reads a source from front to back through a small window; every read is checked against what is really there. */
import { type ByteSource, sliceSource } from './bytes.ts'
import { CheckpointError } from './errors.ts'

const windowBytes = 1 << 16

export class Cursor {
  readonly source: ByteSource
  position: number
  #window = new Uint8Array(0)
  #view = new DataView(this.#window.buffer)
  #start = 0
  #at = 0

  constructor(source: ByteSource, position = 0) {
    this.source = source
    this.position = position
  }

  u8(): number {
    return this.#need(1).getUint8(this.#at)
  }
  u16(): number {
    return this.#need(2).getUint16(this.#at, true)
  }
  u32(): number {
    return this.#need(4).getUint32(this.#at, true)
  }
  i32(): number {
    return this.#need(4).getInt32(this.#at, true)
  }
  /** Lengths in 8 bytes: exact up to 2^53, and anything above is beyond any file. */
  u64(): number {
    return Number(this.#need(8).getBigUint64(this.#at, true))
  }
  doubleBigEndian(): number {
    return this.#need(8).getFloat64(this.#at, false)
  }

  /** The next bytes; a view into the window for short ones, valid until the next read. */
  bytes(length: number): Uint8Array {
    if (length <= windowBytes) {
      this.#need(length)
      return this.#window.subarray(this.#at, this.#at + length)
    }
    const source = this.take(length)
    const bytes = new Uint8Array(length)
    source.readInto(0, bytes)
    return bytes
  }

  /** Steps over the next bytes and returns them as a source of their own, unread. */
  take(length: number): ByteSource {
    const part = sliceSource(this.source, this.position, length)
    this.position += length
    return part
  }

  /** Text up to a line break, which is consumed. */
  line(limit: number): string {
    let text = ''
    for (let byte = this.u8(); byte !== 10; byte = this.u8()) {
      if (text.length >= limit)
        throw new CheckpointError(
          this.source.name,
          `a name longer than ${limit} bytes`,
          this.source.base + this.position,
        )
      text += String.fromCharCode(byte)
    }
    return text
  }

  /** Makes `length` bytes available and steps over them; returns the window; `#at` is where they are in it. */
  #need(length: number): DataView {
    const at = this.position - this.#start
    if (at >= 0 && at + length <= this.#window.length) {
      this.position += length
      this.#at = at
      return this.#view
    }
    const { source, position } = this
    const left = Math.max(0, source.size - position)
    if (length > left)
      throw new CheckpointError(
        source.name,
        `${length} bytes expected but only ${left} left`,
        source.base + position,
        'the file is truncated or damaged',
      )
    const size = Math.min(windowBytes, left)
    if (this.#window.length !== size) {
      this.#window = new Uint8Array(size)
      this.#view = new DataView(this.#window.buffer)
    }
    source.readInto(position, this.#window)
    this.#start = position
    this.position += length
    this.#at = 0
    return this.#view
  }
}

/** Bits that come lowest first, with the prefix codes of WebP lossless and the codes of GIF. */
import { Damage } from './verdict.ts'

export class LowFirstBits {
  private buffer = 0
  private held = 0
  private position = 0
  private readonly data: Uint8Array

  constructor(data: Uint8Array) {
    this.data = data
  }

  /** @param count at most 16 @throws Damage past the end */
  read(count: number): number {
    const value = this.peek(count)
    this.skip(count)
    return value
  }

  /** The next bits, zeros past the end. */
  peek(count: number): number {
    while (this.held < count) {
      this.buffer |= (this.data[this.position] ?? 0) << this.held
      this.position++
      this.held += 8
    }
    return this.buffer & ((1 << count) - 1)
  }

  skip(count: number): void {
    this.buffer >>>= count
    this.held -= count
    if (8 * this.position - this.held > 8 * this.data.length) throw new Damage('pixels are missing')
  }

  /** Whole bytes that were not read. */
  get unread(): number {
    return this.data.length - this.position + (this.held >> 3)
  }

  /** Whether nothing but zeros is left, as padding is. */
  get restIsZero(): boolean {
    return this.buffer === 0 && this.data.subarray(this.position).every((byte) => byte === 0)
  }
}

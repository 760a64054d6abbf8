/**
 * Follows the arithmetic code of a lossy WebP (VP8 key frame, RFC 6386) from its first to its last coefficient; no picture is made.
 * Any bytes decode to something. But an encoder ends by writing the lower bound of its interval, so that the decoder is left with
 * exactly 0 in its register and no more than a few bytes of zeros; what was overwritten leaves chance there.
 */
import { Damage } from './verdict.ts'
import { MODES, TOKENS, UPDATES } from './vp8-tables.ts'

/** The boolean decoder of section 7. */
class Bools {
  private value = 0
  private range = 255
  private spare = -8
  private position = 0
  private readonly data: Uint8Array

  constructor(data: Uint8Array) {
    this.data = data
  }

  bit(probability: number): number {
    if (this.spare < 0) {
      this.value = (this.value << 8) | (this.data[this.position++] ?? 0)
      this.spare += 8
    }
    const split = 1 + (((this.range - 1) * probability) >> 8)
    const bound = split << this.spare
    let bit = 0
    let { range } = this
    if (this.value >= bound) {
      this.value -= bound
      range -= split
      bit = 1
    } else range = split
    const shift = Math.clz32(range) - 24
    this.range = range << shift
    this.spare -= shift
    return bit
  }

  /** A number, its highest bit first. */
  number(bits: number): number {
    let value = 0
    for (let i = 0; i < bits; i++) value = (value << 1) | this.bit(128)
    return value
  }

  /** Skips a value that may be there, with its sign. */
  optional(bits: number): void {
    if (this.bit(128) === 1) this.number(bits + 1)
  }

  /** Bytes that were asked for and aren't there. */
  get beyond(): number {
    return Math.max(this.position - this.data.length, 0)
  }

  /** How the code ended. */
  get end(): { readonly rest: number; readonly unread: number } {
    let rest = this.value
    for (let i = this.position; i < this.data.length && rest === 0; i++) rest |= this.data[i]!
    return { rest, unread: Math.max(this.data.length - this.position, 0) }
  }
}

/** Zeros that encoders write behind the end: one byte or two by libwebp, four by libvpx. */
const MOST_UNREAD = 6
/** Bytes that a decoder may look ahead. */
const MOST_BEYOND = 2
const BANDS = [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7]
const LARGE = [
  [173, 148, 140],
  [176, 155, 140, 135],
  [180, 157, 141, 134, 130],
  [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
] as const

/** @throws Damage when the code isn't what an encoder wrote */
export function followVp8(data: Uint8Array): void {
  if (data.length < 10 || (data[0]! & 1) !== 0 || data[3] !== 0x9d || data[4] !== 1 || data[5] !== 0x2a) {
    throw new Damage('its frame header is broken')
  }
  const firstSize = (data[0]! | (data[1]! << 8) | (data[2]! << 16)) >> 5
  const across = ((((data[6]! | (data[7]! << 8)) & 0x3fff) + 15) >> 4) | 0
  const down = ((((data[8]! | (data[9]! << 8)) & 0x3fff) + 15) >> 4) | 0
  if (10 + firstSize > data.length) throw new Damage('pixels are missing')
  const head = new Bools(data.subarray(10, 10 + firstSize))
  const header = readHeader(head)
  const parts = partitions(data.subarray(10 + firstSize), header.partitions)
  const modes = new Uint8Array(4 * across)
  const above = new Uint8Array(9 * across)
  const leftModes = new Uint8Array(4)
  const left = new Uint8Array(9)
  for (let row = 0; row < down; row++) {
    leftModes.fill(0)
    left.fill(0)
    const part = parts[row & (parts.length - 1)]!
    if (head.beyond > MOST_BEYOND || part.beyond > MOST_BEYOND) throw new Damage('pixels are missing')
    for (let column = 0; column < across; column++) {
      if (header.segments) head.bit(header.segments[head.bit(header.segments[0]!) === 0 ? 1 : 2]!)
      const skip = header.skip !== undefined && head.bit(header.skip) === 1
      const whole = head.bit(145) === 1
      if (whole) followWholeMode(head, modes, column, leftModes)
      else followModes(head, modes, column, leftModes)
      if (head.bit(142) === 1 && head.bit(114) === 1) head.bit(183)
      const up = above.subarray(9 * column, 9 * column + 9)
      if (skip) {
        up.fill(0, 0, whole ? 9 : 8)
        left.fill(0, 0, whole ? 9 : 8)
      } else followCoefficients(part, header.tokens, whole, up, left)
    }
  }
  for (const { end, beyond } of [head, ...parts]) {
    if (beyond > MOST_BEYOND) throw new Damage('its code ends too early')
    if (end.unread > MOST_UNREAD) throw new Damage('its code ends too late')
    if (end.rest !== 0) throw new Damage('its code ends wrongly')
  }
}

interface Header {
  /** Probabilities of the segment tree; undefined: no segments are coded. */
  readonly segments: readonly number[] | undefined
  readonly partitions: number
  readonly tokens: Uint8Array
  /** Probability of a skipped macroblock; undefined: none is. */
  readonly skip: number | undefined
}

function readHeader(head: Bools): Header {
  head.number(2)
  let segments: number[] | undefined
  if (head.number(1) === 1) {
    const map = head.number(1) === 1
    if (head.number(1) === 1) {
      head.number(1)
      for (let i = 0; i < 4; i++) head.optional(7)
      for (let i = 0; i < 4; i++) head.optional(6)
    }
    if (map) segments = [0, 1, 2].map(() => (head.number(1) === 1 ? head.number(8) : 255))
  }
  head.number(10)
  if (head.number(1) === 1 && head.number(1) === 1) for (let i = 0; i < 8; i++) head.optional(6)
  const partitions = 1 << head.number(2)
  head.number(7)
  for (let i = 0; i < 5; i++) head.optional(4)
  head.number(1)
  const tokens = Uint8Array.from(TOKENS)
  for (let i = 0; i < tokens.length; i++) if (head.bit(UPDATES[i]!) === 1) tokens[i] = head.number(8)
  const skip = head.number(1) === 1 ? head.number(8) : undefined
  return { segments, partitions, tokens, skip }
}

function partitions(data: Uint8Array, count: number): Bools[] {
  let at = 3 * (count - 1)
  return Array.from({ length: count }, (_, i) => {
    const size = data[3 * i]! | (data[3 * i + 1]! << 8) | (data[3 * i + 2]! << 16)
    const end = i === count - 1 ? data.length : at + size
    if (end > data.length || at > data.length) throw new Damage('pixels are missing')
    const part = new Bools(data.subarray(at, end))
    at = end
    return part
  })
}

function followWholeMode(head: Bools, modes: Uint8Array, column: number, left: Uint8Array): void {
  const mode = head.bit(156) === 0 ? (head.bit(163) === 0 ? 0 : 2) : head.bit(128) === 0 ? 3 : 1
  modes.fill(mode, 4 * column, 4 * column + 4)
  left.fill(mode)
}

function followModes(head: Bools, modes: Uint8Array, column: number, left: Uint8Array): void {
  for (let y = 0; y < 4; y++) {
    let mode = left[y]!
    for (let x = 4 * column; x < 4 * column + 4; x++) {
      const p = 9 * (10 * modes[x]! + mode)
      if (head.bit(MODES[p]!) === 0) mode = 0
      else if (head.bit(MODES[p + 1]!) === 0) mode = 1
      else if (head.bit(MODES[p + 2]!) === 0) mode = 2
      else if (head.bit(MODES[p + 3]!) === 0)
        mode = head.bit(MODES[p + 4]!) === 0 ? 3 : head.bit(MODES[p + 5]!) === 0 ? 4 : 5
      else if (head.bit(MODES[p + 6]!) === 0) mode = 6
      else if (head.bit(MODES[p + 7]!) === 0) mode = 7
      else mode = head.bit(MODES[p + 8]!) === 0 ? 8 : 9
      modes[x] = mode
    }
    left[y] = mode
  }
}

/** Contexts: 0 to 3 of Y, 4 and 5 of U, 6 and 7 of V, 8 of Y2. */
function followCoefficients(part: Bools, tokens: Uint8Array, whole: boolean, up: Uint8Array, left: Uint8Array): void {
  if (whole) {
    const any = followBlockTokens(part, tokens, 1, 0, up[8]! + left[8]!)
    up[8] = any
    left[8] = any
  }
  const plane = whole ? 0 : 3
  const first = whole ? 1 : 0
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) {
      const any = followBlockTokens(part, tokens, plane, first, up[x]! + left[y]!)
      up[x] = any
      left[y] = any
    }
  }
  for (let base = 4; base < 8; base += 2) {
    for (let y = base; y < base + 2; y++) {
      for (let x = base; x < base + 2; x++) {
        const any = followBlockTokens(part, tokens, 2, 0, up[x]! + left[y]!)
        up[x] = any
        left[y] = any
      }
    }
  }
}

/** @returns 1 when the block has a coefficient */
function followBlockTokens(part: Bools, tokens: Uint8Array, plane: number, first: number, context: number): number {
  const at = (n: number, near: number) => 11 * (3 * (8 * plane + BANDS[n]!) + near)
  let n = first
  let p = at(n, context)
  if (part.bit(tokens[p]!) === 0) return 0
  for (;;) {
    while (part.bit(tokens[p + 1]!) === 0) {
      if (++n === 16) return 1
      p = at(n, 0)
    }
    const one = part.bit(tokens[p + 2]!) === 0
    if (!one) followLarge(part, tokens, p)
    part.bit(128)
    if (++n === 16) return 1
    p = at(n, one ? 1 : 2)
    if (part.bit(tokens[p]!) === 0) return 1
  }
}

function followLarge(part: Bools, tokens: Uint8Array, p: number): void {
  if (part.bit(tokens[p + 3]!) === 0) {
    if (part.bit(tokens[p + 4]!) === 1) part.bit(tokens[p + 5]!)
  } else if (part.bit(tokens[p + 6]!) === 0) {
    if (part.bit(tokens[p + 7]!) === 0) part.bit(159)
    else {
      part.bit(165)
      part.bit(145)
    }
  } else {
    const high = part.bit(tokens[p + 8]!)
    const low = part.bit(tokens[p + 9 + high]!)
    for (const probability of LARGE[2 * high + low]!) part.bit(probability)
  }
}

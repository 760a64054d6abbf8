/**
 * Follows the code of a lossless WebP (RFC 9649, VP8L) from its first to its last pixel. What was overwritten throws prefix codes
 * and the lengths of copies out of step: the code then ends before or behind the last byte.
 */
import { LowFirstBits } from './lsb-bits.ts'
import { Damage, Unjudged } from './verdict.ts'

/** A prefix code; one of a single symbol takes no bits. */
interface PrefixTable {
  readonly only: number | undefined
  /** For as many bits ahead as ROOT, or fewer: symbol << 4 | length; 0 where the code is longer. */
  readonly root: Uint32Array
  readonly rootBits: number
  /** Longer codes are looked for length by length: how many there are of each, and all symbols in the order of their codes. */
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
}

const ROOT = 9
/** Bytes of codes of one picture: a small file must not cost more. */
const MOST_CODES = 200_000_000

/** Zeros that encoders leave behind the end. */
const MOST_UNREAD = 4
const LONGEST = 15
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
const LENGTHS = 24
const DISTANCES = 40
/** Offsets of the 120 nearest pixels: rows up << 4 | (8 − columns to the left) (section 5.2.2). */
const NEAR =
  '1807171928062729161a262a38053739151b363a252b48044749141c353b464a242c58454b343c035759131d565a232d' +
  '444c555b333d68026769121e666a222e545c434d656b323e78017779535d111f646c424e767a212f757b313f636d525e' +
  '00747c414f1020626e30737d515f40727e616f50717f6070'

/** @param width @param height of a stream without header (alpha planes) @throws Damage */
export function followVp8l(data: Uint8Array, size?: { readonly width: number; readonly height: number }): void {
  const bits = new LowFirstBits(data)
  let { width, height } = size ?? { width: 0, height: 0 }
  if (!size) {
    if (bits.read(8) !== 0x2f) throw new Damage('its header is broken')
    width = bits.read(14) + 1
    height = bits.read(14) + 1
    if (bits.read(4) >> 1 !== 0) throw new Damage('its header is broken')
  }
  const seen = new Set<number>()
  while (bits.read(1) === 1) {
    const kind = bits.read(2)
    if (seen.has(kind)) throw new Damage('its header is broken')
    seen.add(kind)
    if (kind < 2) {
      const scale = bits.read(3) + 2
      followImage(bits, shrunk(width, scale), shrunk(height, scale), 'part')
    } else if (kind === 3) {
      const colors = bits.read(8) + 1
      followImage(bits, colors, 1, 'part')
      width = shrunk(width, colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0)
    }
  }
  followImage(bits, width, height, 'whole')
  if (bits.unread > MOST_UNREAD) throw new Damage('its code ends too late')
  if (!bits.restIsZero) throw new Damage('its code ends wrongly')
}

const shrunk = (side: number, scale: number) => (side + (1 << scale) - 1) >> scale

/** @returns its pixels, where they are wanted: which codes apply where */
function followImage(bits: LowFirstBits, width: number, height: number, role: 'whole' | 'part' | 'codes'): Uint32Array {
  const cacheBits = bits.read(1) === 1 ? bits.read(4) : 0
  if (cacheBits > 11) throw new Damage('its header is broken')
  let groups = 1
  let scale = 0
  let places: Uint32Array | undefined
  if (role === 'whole' && bits.read(1) === 1) {
    scale = bits.read(3) + 2
    places = followImage(bits, shrunk(width, scale), shrunk(height, scale), 'codes')
    for (let i = 0; i < places.length; i++) {
      places[i] = (places[i]! >>> 8) & 0xffff
      groups = Math.max(groups, places[i]! + 1)
    }
  }
  const codes: Group[] = []
  for (let i = 0, bytes = 0; i < groups; i++) {
    const group = readGroup(bits, cacheBits > 0 ? 1 << cacheBits : 0)
    for (const { root, symbols } of group) bytes += root.byteLength + symbols.byteLength + 200
    if (bytes > MOST_CODES) throw new Unjudged()
    codes.push(group)
  }
  const pixels = role === 'codes' ? new Uint32Array(width * height) : undefined
  const cache = role === 'codes' ? new Uint32Array(1 << cacheBits) : undefined
  const placesAcross = shrunk(width, scale)
  const total = width * height
  let column = 0
  let row = 0
  let codeGroup = codes[0]!
  for (let at = 0; at < total; ) {
    if (places) codeGroup = codes[places[(row >> scale) * placesAcross + (column >> scale)]!]!
    const [green, red, blue, alpha, distance] = codeGroup
    const symbol = next(bits, green)
    let length = 1
    if (symbol < 256) {
      const r = next(bits, red)
      const b = next(bits, blue)
      const a = next(bits, alpha)
      if (pixels) pixels[at] = ((a << 24) | (r << 16) | (symbol << 8) | b) >>> 0
    } else if (symbol < 256 + LENGTHS) {
      length = prefixed(bits, symbol - 256)
      const back = distanceOf(prefixed(bits, next(bits, distance)), width)
      if (back > at || at + length > total) throw new Damage('its code is broken')
      if (pixels) for (let i = at; i < at + length; i++) pixels[i] = pixels[i - back]!
    } else if (pixels && cache) pixels[at] = cache[symbol - 256 - LENGTHS]!
    if (pixels && cache && cacheBits > 0) {
      for (let i = at; i < at + length; i++) cache[Math.imul(0x1e35a7bd, pixels[i]!) >>> (32 - cacheBits)] = pixels[i]!
    }
    at += length
    column += length
    while (column >= width) {
      column -= width
      row++
    }
  }
  return pixels ?? new Uint32Array()
}

type Group = readonly [PrefixTable, PrefixTable, PrefixTable, PrefixTable, PrefixTable]

function readGroup(bits: LowFirstBits, cached: number): Group {
  const green = readPrefixes(bits, 256 + LENGTHS + cached)
  const red = readPrefixes(bits, 256)
  const blue = readPrefixes(bits, 256)
  const alpha = readPrefixes(bits, 256)
  return [green, red, blue, alpha, readPrefixes(bits, DISTANCES)]
}

function readPrefixes(bits: LowFirstBits, alphabet: number): PrefixTable {
  const lengths = new Uint8Array(alphabet)
  if (bits.read(1) === 1) {
    const two = bits.read(1) === 1
    const first = bits.read(bits.read(1) === 1 ? 8 : 1)
    const second = two ? bits.read(8) : first
    if (first >= alphabet || second >= alphabet) throw new Damage('its code is broken')
    lengths[first] = 1
    lengths[second] = 1
    return prefixTable(lengths)
  }
  const ofLengths = new Uint8Array(19)
  const given = 4 + bits.read(4)
  for (let i = 0; i < given; i++) ofLengths[LENGTH_ORDER[i]!] = bits.read(3)
  const table = prefixTable(ofLengths)
  let left = bits.read(1) === 1 ? 2 + bits.read(2 + 2 * bits.read(3)) : alphabet
  if (left > alphabet) throw new Damage('its code is broken')
  let before = 8
  for (let i = 0; i < alphabet && left > 0; left--) {
    const symbol = next(bits, table)
    if (symbol < 16) {
      lengths[i++] = symbol
      if (symbol !== 0) before = symbol
      continue
    }
    const times = symbol === 16 ? 3 + bits.read(2) : symbol === 17 ? 3 + bits.read(3) : 11 + bits.read(7)
    if (i + times > alphabet) throw new Damage('its code is broken')
    lengths.fill(symbol === 16 ? before : 0, i, i + times)
    i += times
  }
  return prefixTable(lengths)
}

const NONE = new Uint32Array()
const NO_SYMBOLS = new Uint16Array()

/** @throws Damage unless the lengths make a complete code, or have one symbol */
function prefixTable(lengths: Uint8Array): PrefixTable {
  const counts = new Uint16Array(LONGEST + 1)
  let used = 0
  let only = 0
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    if (lengths[symbol] === 0) continue
    counts[lengths[symbol]!]!++
    only = symbol
    used++
  }
  if (used === 0) throw new Damage('its code is broken')
  if (used === 1) return { only, root: NONE, rootBits: 0, counts, symbols: NO_SYMBOLS }
  const starts = new Uint32Array(LONGEST + 1)
  const places = new Uint32Array(LONGEST + 1)
  let longest = 1
  for (let length = 1; length <= LONGEST; length++) {
    starts[length] = (starts[length - 1]! + counts[length - 1]!) << 1
    places[length] = places[length - 1]! + counts[length - 1]!
    if (counts[length]! > 0) longest = length
  }
  if (starts[LONGEST]! + counts[LONGEST]! !== 1 << LONGEST) throw new Damage('its code is broken')
  const rootBits = Math.min(longest, ROOT)
  const root = new Uint32Array(1 << rootBits)
  const symbols = new Uint16Array(used)
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!
    if (length === 0) continue
    symbols[places[length]!++] = symbol
    const code = starts[length]!++
    if (length > rootBits) continue
    for (let i = reverse(code, length); i < 1 << rootBits; i += 1 << length) root[i] = (symbol << 4) | length
  }
  return { only: undefined, root, rootBits, counts, symbols }
}

function reverse(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}

function next(bits: LowFirstBits, { only, root, rootBits, counts, symbols }: PrefixTable): number {
  if (only !== undefined) return only
  const entry = root[bits.peek(rootBits)]!
  if (entry !== 0) {
    bits.skip(entry & 15)
    return entry >> 4
  }
  const ahead = bits.peek(LONGEST)
  let code = 0
  let start = 0
  let place = 0
  for (let length = 1; length <= LONGEST; length++) {
    code = (code << 1) | ((ahead >> (length - 1)) & 1)
    start = (start + counts[length - 1]!) << 1
    place += counts[length - 1]!
    if (code - start < counts[length]!) {
      bits.skip(length)
      return symbols[place + code - start]!
    }
  }
  throw new Damage('its code is broken')
}

/** Lengths and distances: a prefix and as many bits more as it says (section 5.2.2). */
function prefixed(bits: LowFirstBits, prefix: number): number {
  if (prefix < 4) return prefix + 1
  const extra = (prefix - 2) >> 1
  const offset = (2 + (prefix & 1)) << extra
  const value = extra > 16 ? bits.read(16) + bits.read(extra - 16) * 65536 : bits.read(extra)
  return offset + value + 1
}

function distanceOf(code: number, width: number): number {
  if (code > 120) return code - 120
  const packed = Number.parseInt(NEAR.slice(2 * code - 2, 2 * code), 16)
  return Math.max((packed >> 4) * width + 8 - (packed & 15), 1)
}

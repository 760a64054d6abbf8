/** Prefix codes of a lossless WebP (RFC 9649, section 5.2.1), which count what they code. */
import type { LowFirstBits } from './lsb-bits.ts'
import { Damage } from './verdict.ts'

/** A prefix code; one of a single symbol takes no bits. */
export interface PrefixTable {
  readonly only: number | undefined
  /** For as many bits ahead as ROOT, or fewer: symbol << 4 | length; 0 where the code is longer. */
  readonly root: Uint32Array
  readonly rootBits: number
  /** Longer codes are looked for length by length: how many there are of each, and all symbols in the order of their codes. */
  readonly counts: Uint16Array
  readonly symbols: Uint16Array
  /** Bits of each symbol's code, as the file gives them. */
  readonly lengths: Uint8Array
  /** How often each symbol came. */
  readonly seen: Uint32Array
}

const ROOT = 9
export const LONGEST = 15
const LENGTH_ORDER = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]

export function readPrefixes(bits: LowFirstBits, alphabet: number): PrefixTable {
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
  const seen = new Uint32Array(lengths.length)
  if (used === 1) return { only, root: NONE, rootBits: 0, counts, symbols: NO_SYMBOLS, lengths, seen }
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
  return { only: undefined, root, rootBits, counts, symbols, lengths, seen }
}

function reverse(code: number, length: number): number {
  let out = 0
  for (let i = 0; i < length; i++) out |= ((code >> i) & 1) << (length - 1 - i)
  return out
}

export function next(bits: LowFirstBits, table: PrefixTable): number {
  const symbol = nextSymbol(bits, table)
  table.seen[symbol]!++
  return symbol
}

function nextSymbol(bits: LowFirstBits, { only, root, rootBits, counts, symbols }: PrefixTable): number {
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

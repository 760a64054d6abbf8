/**
 * Follows the code of a lossless WebP (RFC 9649, VP8L) from its first to its last pixel. What was overwritten throws prefix codes
 * and the lengths of copies out of step: the code then ends before or behind the last byte. Where it doesn't, what is left of the
 * encoder's habits tells (vp8l-encoder.ts).
 */
import { LowFirstBits } from './lsb-bits.ts'
import { Damage, Unjudged } from './verdict.ts'
import { next, type PrefixTable, readPrefixes } from './vp8l-codes.ts'
import { EncoderHabits } from './vp8l-encoder.ts'

/** Bytes of codes of one picture: a small file must not cost more. */
const MOST_CODES = 200_000_000

/** Zeros that encoders leave behind the end. */
const MOST_UNREAD = 4
const LENGTHS = 24
const DISTANCES = 40
/** Offsets of the 120 nearest pixels: rows up << 4 | (8 − columns to the left) (section 5.2.2). */
const NEAR =
  '1807171928062729161a262a38053739151b363a252b48044749141c353b464a242c58454b343c035759131d565a232d' +
  '444c555b333d68026769121e666a222e545c434d656b323e78017779535d111f646c424e767a212f757b313f636d525e' +
  '00747c414f1020626e30737d515f40727e616f50717f6070'

/** Pixels that a copy may reach back. */
const REACH = 1 << 20

/**
 * @param size of a stream without header (alpha planes)
 * @returns whether all of it can be what its encoder wrote
 * @throws Damage where it can't be followed to its end
 */
export function followVp8l(data: Uint8Array, size?: { readonly width: number; readonly height: number }): boolean {
  const bits = new LowFirstBits(data)
  let { width, height } = size ?? { width: 0, height: 0 }
  if (!size) {
    if (bits.read(8) !== 0x2f) throw new Damage('its header is broken')
    width = bits.read(14) + 1
    height = bits.read(14) + 1
    if (bits.read(4) >> 1 !== 0) throw new Damage('its header is broken')
  }
  const habits = new EncoderHabits()
  const seen = new Set<number>()
  while (bits.read(1) === 1) {
    const kind = bits.read(2)
    if (seen.has(kind)) throw new Damage('its header is broken')
    seen.add(kind)
    if (kind < 2) {
      const scale = bits.read(3) + 2
      followImage(bits, shrunk(width, scale), shrunk(height, scale), 'part', habits)
    } else if (kind === 3) {
      const colors = bits.read(8) + 1
      followImage(bits, colors, 1, 'part', habits)
      width = shrunk(width, colors <= 2 ? 3 : colors <= 4 ? 2 : colors <= 16 ? 1 : 0)
    }
  }
  followImage(bits, width, height, 'whole', habits)
  if (bits.unread > MOST_UNREAD) throw new Damage('its code ends too late')
  if (!bits.restIsZero) throw new Damage('its code ends wrongly')
  return !habits.areBroken
}

const shrunk = (side: number, scale: number) => (side + (1 << scale) - 1) >> scale

/** @returns of 'codes' its pixels: which codes apply where */
function followImage(
  bits: LowFirstBits,
  width: number,
  height: number,
  role: 'whole' | 'part' | 'codes',
  habits: EncoderHabits,
): Uint32Array {
  const cacheBits = bits.read(1) === 1 ? bits.read(4) : 0
  if (cacheBits > 11) throw new Damage('its header is broken')
  let groups = 1
  let scale = 0
  let places: Uint32Array | undefined
  if (role === 'whole' && bits.read(1) === 1) {
    scale = bits.read(3) + 2
    places = followImage(bits, shrunk(width, scale), shrunk(height, scale), 'codes', habits)
    for (let i = 0; i < places.length; i++) {
      places[i] = (places[i]! >>> 8) & 0xffff
      groups = Math.max(groups, places[i]! + 1)
    }
  }
  const codes: Group[] = []
  for (let i = 0, bytes = 0; i < groups; i++) {
    const group = readGroup(bits, cacheBits > 0 ? 1 << cacheBits : 0)
    for (const { root, symbols, lengths, seen } of group)
      bytes += root.byteLength + symbols.byteLength + lengths.byteLength + seen.byteLength + 200
    if (bytes > MOST_CODES) throw new Unjudged()
    codes.push(group)
  }
  // Of the whole picture those pixels are kept that copies may reach, and only for the cache.
  const total = width * height
  const isCached = role !== 'part' && cacheBits > 0
  const pixels = role === 'codes' || isCached ? new Uint32Array(role === 'codes' ? total : REACH) : undefined
  const kept = role === 'codes' ? 0xffffffff : REACH - 1
  const cache = new Uint32Array(isCached ? 1 << cacheBits : 1)
  const placeOf = (pixel: number) => (isCached ? Math.imul(0x1e35a7bd, pixel) >>> (32 - cacheBits) : 0)
  const placesAcross = shrunk(width, scale)
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
      if (pixels) {
        const pixel = ((a << 24) | (r << 16) | (symbol << 8) | b) >>> 0
        pixels[at & kept] = pixel
        if (isCached) habits.addWritten(cache[placeOf(pixel)] === pixel)
      }
    } else if (symbol < 256 + LENGTHS) {
      length = prefixed(bits, symbol - 256)
      const back = distanceOf(prefixed(bits, next(bits, distance)), width)
      if (back > at || at + length > total) throw new Damage('its code is broken')
      if (pixels) {
        for (let i = at; i < at + length; i++) {
          const pixel = pixels[(i - back) & kept]!
          pixels[i & kept] = pixel
          if (isCached) cache[placeOf(pixel)] = pixel
        }
      }
    } else if (pixels) pixels[at & kept] = cache[symbol - 256 - LENGTHS]!
    if (pixels && isCached && length === 1) cache[placeOf(pixels[at & kept]!)] = pixels[at & kept]!
    at += length
    column += length
    while (column >= width) {
      column -= width
      row++
    }
  }
  for (const group of codes) for (const table of group) habits.addCode(table)
  return role === 'codes' ? pixels! : new Uint32Array()
}

type Group = readonly [PrefixTable, PrefixTable, PrefixTable, PrefixTable, PrefixTable]

function readGroup(bits: LowFirstBits, cached: number): Group {
  const green = readPrefixes(bits, 256 + LENGTHS + cached)
  const red = readPrefixes(bits, 256)
  const blue = readPrefixes(bits, 256)
  const alpha = readPrefixes(bits, 256)
  return [green, red, blue, alpha, readPrefixes(bits, DISTANCES)]
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

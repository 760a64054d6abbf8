/**
 * Follows the first frame of a GIF (GIF89a, appendix F). Its codes have no sum either, but each stands for a number of pixels: only
 * what an encoder wrote adds up to the frame.
 */
import { Damage, damaged, INTACT, remark, UNJUDGED, type Verdict } from './verdict.ts'

export function judgeGif(data: Uint8Array): Verdict {
  try {
    return follow(data)
  } catch (error) {
    if (error instanceof Damage) return damaged(error.message)
    throw error
  }
}

function follow(data: Uint8Array): Verdict {
  let at = 13
  if ((data[10]! & 0x80) !== 0) at += 3 << ((data[10]! & 7) + 1)
  for (;;) {
    const kind = data[at]
    if (kind === undefined || kind === 0x3b) throw new Damage('its pixels are missing')
    if (kind === 0x21) at = skipBlocks(data, at + 2)
    else if (kind !== 0x2c) throw new Damage('it has a block of no known kind')
    else break
  }
  if (at + 11 > data.length) throw new Damage('its pixels are missing')
  const width = data[at + 5]! | (data[at + 6]! << 8)
  const height = data[at + 7]! | (data[at + 8]! << 8)
  const flags = data[at + 9]!
  at += 10
  if ((flags & 0x80) !== 0) at += 3 << ((flags & 7) + 1)
  const codeBits = data[at++] ?? 0
  if (codeBits < 1 || codeBits > 11) return UNJUDGED
  const { bytes, end } = collectBlocks(data, at)
  const { pixels, finished, unread } = followLzw(bytes, codeBits, width * height)
  if (pixels < width * height) throw new Damage('pixels are missing')
  if (pixels > width * height || unread > SPARE_BYTES) throw new Damage('its code ends too late')
  if (end === undefined) return remark('its end marker is missing; all pixels are there')
  if (!finished) return INTACT // some encoders leave out the end code
  return end < data.length ? INTACT : remark('its end marker is missing; all pixels are there')
}

const SPARE_BYTES = 2

function skipBlocks(data: Uint8Array, at: number): number {
  let place = at
  while (data[place] !== 0) {
    if (data[place] === undefined) throw new Damage('its pixels are missing')
    place += data[place]! + 1
  }
  return place + 1
}

/** @returns the code, and where it ends; undefined where the last block is missing */
function collectBlocks(data: Uint8Array, at: number): { bytes: Uint8Array; end: number | undefined } {
  const parts: Uint8Array[] = []
  let place = at
  for (;;) {
    const size = data[place]
    if (size === undefined) return { bytes: Buffer.concat(parts), end: undefined }
    if (size === 0) return { bytes: Buffer.concat(parts), end: place + 1 }
    parts.push(data.subarray(place + 1, place + 1 + size))
    place += size + 1
  }
}

function followLzw(
  data: Uint8Array,
  codeBits: number,
  wanted: number,
): { pixels: number; finished: boolean; unread: number } {
  const clear = 1 << codeBits
  // length of the string that each code stands for
  const lengths = new Uint32Array(4097).fill(1, 0, clear)
  let next = clear + 2
  let width = codeBits + 1
  let before = -1
  let pixels = 0
  let buffer = 0
  let held = 0
  let at = 0
  for (;;) {
    while (held < width && at < data.length) {
      buffer |= data[at++]! << held
      held += 8
    }
    if (held < width) return { pixels, finished: false, unread: 0 }
    const code = buffer & ((1 << width) - 1)
    buffer >>>= width
    held -= width
    if (code === clear) {
      next = clear + 2
      width = codeBits + 1
      before = -1
      continue
    }
    if (code === clear + 1) return { pixels, finished: true, unread: data.length - at }
    if (pixels >= wanted) return { pixels: pixels + 1, finished: false, unread: data.length - at }
    if (before < 0) {
      if (code >= clear) throw new Damage('its code is broken')
    } else if (next < 4096) {
      if (code > next) throw new Damage('its code is broken')
      lengths[next++] = lengths[before]! + 1
      if (next === 1 << width && width < 12) width++
    } else if (code >= next) throw new Damage('its code is broken')
    pixels += lengths[code]!
    before = code
  }
}

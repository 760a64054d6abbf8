/** LZW and PackBits of TIFF 6.0 (sections 13 and 9), followed without their pixels. */
import { Damage } from './verdict.ts'

const CLEAR = 256
const END = 257

/** @param bytes that the strip must give @throws Damage */
export function followTiffLzw(body: Uint8Array, bytes: number): void {
  if (body[0] === 0 && (body[1]! & 1) === 1) return // bits the other way round, as before TIFF 5
  const lengths = new Uint32Array(4097).fill(1, 0, 256)
  let next = END + 1
  let width = 9
  let before = -1
  let found = 0
  let buffer = 0
  let held = 0
  let at = 0
  for (;;) {
    while (held < width && at < body.length) {
      buffer = ((buffer << 8) | body[at++]!) & 0xffffff
      held += 8
    }
    if (held < width) break
    const code = (buffer >> (held - width)) & ((1 << width) - 1)
    held -= width
    if (code === END) break
    if (code === CLEAR) {
      next = END + 1
      width = 9
      before = -1
      continue
    }
    if (found >= bytes) throw new Damage('its code ends too late')
    if (before < 0) {
      if (code > 255) throw new Damage('its code is broken')
    } else {
      if (code > next || next > 4095) throw new Damage('its code is broken')
      lengths[next++] = lengths[before]! + 1
      // one code earlier than one would think: part of the format
      if (next === (1 << width) - 1 && width < 12) width++
    }
    found += lengths[code]!
    before = code
  }
  if (found < bytes) throw new Damage('pixels are missing')
  if (found > bytes) throw new Damage('its code ends too late')
}

/** @param bytes that the strip must give @throws Damage */
export function followPackBits(body: Uint8Array, bytes: number): void {
  let found = 0
  for (let at = 0; at < body.length && found < bytes; ) {
    const head = body[at]!
    if (head < 128) {
      found += Math.min(head + 1, body.length - at - 1)
      at += head + 2
    } else {
      if (head > 128) found += 257 - head
      at += head > 128 ? 2 : 1
    }
  }
  if (found < bytes) throw new Damage('pixels are missing')
  if (found > bytes) throw new Damage('its code ends too late')
}

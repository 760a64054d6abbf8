/** Judges a PNG whose decoder complains: whether its pixels are all there, by the sums of its chunks and of its deflate stream. */
import { crc32, inflateSync } from 'node:zlib'
import { damaged, INTACT, remark, type Verdict } from './verdict.ts'

/** Beyond this a complaint of the decoder is believed. */
const MOST_INFLATED = 600_000_000

export function judgePng(data: Buffer): Verdict {
  const parts: Buffer[] = []
  let ended = false
  for (let at = 8; at + 12 <= data.length; ) {
    const size = data.readUInt32BE(at)
    const name = data.toString('latin1', at + 4, at + 8)
    const end = at + 8 + size
    if (end + 4 > data.length) break
    const sound = crc32(data.subarray(at + 4, end)) === data.readUInt32BE(end)
    if (name === 'IDAT' && !sound) return damaged('the checksum of its pixels is wrong')
    if (name === 'IDAT') parts.push(data.subarray(at + 8, end))
    if ((name === 'IHDR' || name === 'PLTE') && !sound) return damaged('the checksum of its header is wrong')
    if (name === 'IEND') ended = true
    at = end + 4
  }
  try {
    // checks the sum of all pixels as well
    inflateSync(Buffer.concat(parts), { maxOutputLength: MOST_INFLATED })
  } catch {
    return damaged('pixels are missing')
  }
  return ended ? INTACT : remark('its end marker is missing; all pixels are there')
}

/** Judges a WebP (RFC 9649): the frame of a still picture or the first of an animation, and its alpha plane. */
import { Damage, damaged, INTACT, remark, UNJUDGED, Unjudged, type Verdict } from './verdict.ts'
import { followVp8 } from './vp8.ts'
import { followVp8l } from './vp8l.ts'

/** What is said where every pixel is there, and some can't be what its encoder wrote. */
const ODD = 'some of its data was overwritten; how much of the picture is wrong can’t be told'

/** A frame, of which all can be right, or not; or none. */
type Found = 'frame' | 'odd' | 'nothing'

export function judgeWebp(data: Uint8Array): Verdict {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const declared = 8 + view.getUint32(4, true)
  try {
    const found = followChunks(data, view, 12)
    if (found === 'nothing') return damaged('its pixels are missing')
    if (found === 'odd') return remark(ODD)
  } catch (error) {
    if (error instanceof Damage) return damaged(error.message)
    if (error instanceof Unjudged) return UNJUDGED
    throw error
  }
  return declared > data.length + 1 ? remark('its end is missing; all pixels are there') : INTACT
}

function followChunks(data: Uint8Array, view: DataView, from: number): Found {
  let isOdd = false
  for (let at = from; at + 8 <= data.length; ) {
    const name = String.fromCharCode(...data.subarray(at, at + 4))
    const size = view.getUint32(at + 4, true)
    const start = at + 8
    const body = data.subarray(start, start + size)
    at = start + size + (size & 1)
    if (name === 'ANMF') return followChunks(data.subarray(0, start + size), view, start + 16)
    if (name === 'ALPH') isOdd = !followAlpha(body, data.subarray(at))
    if (name !== 'VP8 ' && name !== 'VP8L') continue
    if (body.length < size) throw new Damage('pixels are missing')
    if (name === 'VP8 ') followVp8(body)
    else isOdd = !followVp8l(body)
    return isOdd ? 'odd' : 'frame'
  }
  return 'nothing'
}

/** The plane has the size of the frame that follows it. @returns whether all of it can be right */
function followAlpha(body: Uint8Array, after: Uint8Array): boolean {
  if (((body[0] ?? 0) & 3) !== 1 || String.fromCharCode(...after.subarray(0, 4)) !== 'VP8 ' || after.length < 18)
    return true
  const width = (after[14]! | (after[15]! << 8)) & 0x3fff
  const height = (after[16]! | (after[17]! << 8)) & 0x3fff
  return followVp8l(body.subarray(1), { width, height })
}

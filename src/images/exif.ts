// EXIF of a picture for another one made of it: upright, of its own size, without the old thumbnail. The block is a TIFF (CIPA DC-008,
// 4.5); what is changed is changed in place, so that makers' notes keep their offsets.
import { crc32, deflateSync } from 'node:zlib'

const PREFIX = 'Exif\0\0'
const ORIENTATION = 0x0112
const EXIF_DIRECTORY = 0x8769
const COLOR_SPACE = 0xa001
const WIDTH = 0xa002
const HEIGHT = 0xa003
const SHORT = 3
const LONG = 4

/**
 * @param exif as sharp gives it, with or without "Exif\0\0"
 * @returns the TIFF alone, changed; empty where the block is broken
 */
export function derivedExif(exif: Uint8Array, size: { readonly width: number; readonly height: number }): Buffer {
  const given = Buffer.from(exif)
  const block = given.subarray(0, 6).toString('latin1') === PREFIX ? given.subarray(6) : given
  const view = new DataView(block.buffer, block.byteOffset, block.length)
  try {
    const little = block.toString('latin1', 0, 2) === 'II'
    const first = view.getUint32(4, little)
    const { values, next } = entries(view, first, little)
    set(view, values.get(ORIENTATION), 1, little)
    // the directory of the thumbnail, which shows another picture now
    view.setUint32(next, 0, little)
    const inner = values.get(EXIF_DIRECTORY)
    if (inner !== undefined) {
      const { values: of } = entries(view, view.getUint32(inner + 8, little), little)
      set(view, of.get(COLOR_SPACE), 1, little)
      set(view, of.get(WIDTH), size.width, little)
      set(view, of.get(HEIGHT), size.height, little)
    }
    return block
  } catch (error) {
    if (error instanceof RangeError) return Buffer.alloc(0)
    throw error
  }
}

function entries(view: DataView, at: number, little: boolean): { values: Map<number, number>; next: number } {
  const count = view.getUint16(at, little)
  const values = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const entry = at + 2 + 12 * i
    values.set(view.getUint16(entry, little), entry)
  }
  return { values, next: at + 2 + 12 * count }
}

function set(view: DataView, entry: number | undefined, value: number, little: boolean): void {
  if (entry === undefined) return
  const type = view.getUint16(entry + 2, little)
  if (type === SHORT) view.setUint16(entry + 8, Math.min(value, 65535), little)
  else if (type === LONG) view.setUint32(entry + 8, value, little)
}

/**
 * A PNG with chunks behind its header.
 *
 * @param chunks `exif` without "Exif\0\0", an empty one adds nothing; `profile`: an ICC profile; `density` in pixels per inch
 */
export function withChunks(
  png: Buffer,
  { exif, profile, density }: { exif?: Buffer; profile?: Buffer; density?: number },
): Buffer {
  const afterHeader = 8 + 12 + png.readUInt32BE(8)
  return Buffer.concat([
    png.subarray(0, afterHeader),
    ...(profile ? [chunk('iCCP', Buffer.concat([Buffer.from('sRGB\0\0'), deflateSync(profile)]))] : []),
    ...(density === undefined ? [] : [chunk('pHYs', perMetre(density))]),
    ...(exif && exif.length > 0 ? [chunk('eXIf', exif)] : []),
    png.subarray(afterHeader),
  ])
}

/** Pixels per metre, both ways, as pHYs has it. */
function perMetre(density: number): Buffer {
  const body = Buffer.alloc(9)
  const count = Math.min(0x7fffffff, Math.round(density / 0.0254))
  body.writeUInt32BE(count, 0)
  body.writeUInt32BE(count, 4)
  body[8] = 1
  return body
}

function chunk(name: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length)
  out.writeUInt32BE(body.length, 0)
  out.write(name, 4, 'latin1')
  body.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length)
  return out
}

/**
 * Judges a TIFF strip by strip (or tile by tile), each by what its compression allows: deflate has a checksum that libtiff doesn't
 * look at, the code of LZW and PackBits must add up to the strip, JPEG is followed as a JPEG. Uncompressed pixels can only be counted;
 * fax codes are left to the decoder.
 */
import { inflateSync } from 'node:zlib'
import { judgeJpeg } from './jpeg.ts'
import { judgeJpegPixels } from './jpeg-pixels.ts'
import { followPackBits, followTiffLzw } from './tiff-codes.ts'
import { firstDirectory, type TiffDirectory } from './tiff-directory.ts'
import { Damage, damaged, INTACT, percent, remark, TOLERATED_SHARE, UNJUDGED, type Verdict } from './verdict.ts'

const TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  offsets: 273,
  samples: 277,
  rows: 278,
  counts: 279,
  planar: 284,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileCounts: 325,
  jpegTables: 347,
} as const

export async function judgeTiff(data: Uint8Array): Promise<Verdict> {
  try {
    const directory = firstDirectory(data)
    return directory ? await followStrips(data, directory) : UNJUDGED
  } catch (error) {
    if (error instanceof Damage) return damaged(error.message)
    throw error
  }
}

interface Strips {
  readonly places: readonly { readonly at: number; readonly size: number; readonly bytes: number }[]
}

function strips(directory: TiffDirectory): Strips | undefined {
  const width = directory.number(TAG.width, 0)
  const height = directory.number(TAG.height, 0)
  const samples = directory.number(TAG.samples, 1)
  const bits = directory.number(TAG.bits, 1)
  const planes = directory.number(TAG.planar, 1) === 2 ? samples : 1
  const across = directory.number(TAG.tileWidth, 0)
  const tiled = across > 0
  const offsets = directory.numbers(tiled ? TAG.tileOffsets : TAG.offsets)
  const counts = directory.numbers(tiled ? TAG.tileCounts : TAG.counts)
  if (!offsets || !counts || width === 0 || height === 0 || counts.length !== offsets.length) return undefined
  const rows = tiled ? directory.number(TAG.tileHeight, 0) : Math.min(directory.number(TAG.rows, height), height)
  if (rows === 0) return undefined
  const rowBytes = Math.ceil(((tiled ? across : width) * bits * (samples / planes)) / 8)
  const down = Math.ceil(height / rows)
  const wanted = down * (tiled ? Math.ceil(width / across) : 1) * planes
  if (offsets.length < wanted) throw new Damage('pixels are missing')
  return {
    places: offsets.slice(0, wanted).map((at, i) => {
      const held = tiled ? rows : Math.min(rows, height - (i % down) * rows)
      return { at, size: counts[i]!, bytes: held * rowBytes }
    }),
  }
}

async function followStrips(data: Uint8Array, directory: TiffDirectory): Promise<Verdict> {
  const compression = directory.number(TAG.compression, 1)
  const isJpeg = compression === 7
  const follow = FOLLOW[compression]
  if (!follow && !isJpeg) return UNJUDGED
  // With colours at half resolution only JPEG says how much a strip holds.
  if (!isJpeg && directory.number(TAG.photometric, 1) === 6) return UNJUDGED
  const all = strips(directory)
  if (!all) return UNJUDGED
  const tables = directory.bytes(TAG.jpegTables)
  let wrong = 0
  let total = 0
  let reason: string | undefined
  for (const { at, size, bytes } of all.places) {
    total += bytes
    if (size === 0) continue // a strip that isn't there is empty, as sparse files have it
    try {
      if (at + size > data.length && compression !== 1) throw new Damage('pixels are missing')
      const body = data.subarray(at, at + size)
      if (isJpeg) await followJpegStrip(body, tables, all.places.length <= MOST_DECODED)
      else follow!(body, bytes)
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      wrong += bytes
      reason ??= error.message
    }
  }
  if (reason === undefined) return INTACT
  const share = wrong / total
  return share > TOLERATED_SHARE
    ? damaged(reason)
    : remark(`damaged: about ${percent(share)} of the picture is wrong (${reason})`)
}

/** Of more strips than these each is small, and only its code is followed. */
const MOST_DECODED = 256
/** Larger strips are left to the decoder, which needs less memory. */
const MOST_INFLATED = 256_000_000

/** The strip with the tables that all strips share, which end with a marker of their own. */
async function followJpegStrip(body: Uint8Array, tables: Uint8Array | undefined, decoded: boolean): Promise<void> {
  const whole =
    tables && tables.length > 4 ? Buffer.concat([tables.subarray(0, -2), body.subarray(2)]) : Buffer.from(body)
  const verdict = decoded ? await judgeJpegPixels(whole) : judgeJpeg(whole)
  if (verdict.state === 'damaged') throw new Damage(verdict.reason ?? 'its code is broken')
}

const FOLLOW: Readonly<Record<number, (body: Uint8Array, bytes: number) => void>> = {
  1: followPlain,
  5: followTiffLzw,
  8: followDeflate,
  32946: followDeflate,
  32773: followPackBits,
}

function followPlain(body: Uint8Array, bytes: number): void {
  if (body.length < bytes) throw new Damage('pixels are missing')
}

function followDeflate(body: Uint8Array, bytes: number): void {
  if (bytes > MOST_INFLATED) return
  let found: number
  try {
    found = inflateSync(body, { maxOutputLength: Math.max(bytes, 1) + (1 << 20) }).length
  } catch {
    throw new Damage('its checksum or code is wrong')
  }
  if (found < bytes) throw new Damage('pixels are missing')
}

/**
 * Follows a JPEG's code from its first to its last block, without making a picture: libjpeg goes on over a broken sector with a warning
 * or none. What was overwritten mostly throws the code out of step, so that it meets a code that isn't one, or ends with too few or
 * too many bits. What stays in step shifts the brightness of all that follows, which jpeg-shift.ts looks for.
 *
 * Baseline, extended and progressive Huffman files of 8 bits are judged; arithmetic and lossless ones are left to the decoder.
 */
import type { Component } from './jpeg-blocks.ts'
import { type Frame, readFrame, readHuffman, readQuantization, type Tables } from './jpeg-headers.ts'
import { followScan, StandardTables } from './jpeg-scan.ts'
import type { UnitGrid } from './jpeg-shift.ts'
import { Damage, damaged, INTACT, percent, remark, TOLERATED_SHARE, UNJUDGED, type Verdict } from './verdict.ts'

const SOF = new Set([0xc0, 0xc1, 0xc2])
const OTHER_SOF = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])

/** Encoders make about ten; thousands would cost time without end. */
const MOST_SCANS = 100

/** What is known of a JPEG by its code alone. */
export interface JpegVerdict extends Verdict {
  /** How its units lie, where all of it depends on all that came before: without restart markers. */
  readonly grid?: UnitGrid
  /** Whether its hues are stored at half the resolution of its brightness, from row to row. */
  readonly halved?: boolean
}

/** What is said of a picture of which all is there and not all can be right. */
export const SHIFTED =
  'its brightness or colour jumps in the middle of a row and stays so: part of its data was overwritten'

/**
 * Judges a JPEG by its code.
 *
 */
export function judgeJpeg(data: Uint8Array): JpegVerdict {
  try {
    return follow(data)
  } catch (error) {
    if (error instanceof StandardTables) return UNJUDGED
    if (error instanceof Damage) return damaged(error.message)
    throw error
  }
}

function follow(data: Uint8Array): JpegVerdict {
  const tables: Tables = { steps: [], dc: [], ac: [], restart: 0 }
  let frame: Frame | undefined
  let scans = 0
  let wrong = 0
  let ended = false
  let cutShort: string | undefined
  let at = 2
  while (at < data.length) {
    if (data[at] !== 0xff) {
      at++
      continue
    }
    const marker = data[at + 1]
    if (marker === undefined) break
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xd9) {
      ended = true
      break
    }
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) {
      at += 2
      continue
    }
    const length = ((data[at + 2] ?? 0) << 8) | (data[at + 3] ?? 0)
    const end = at + 2 + Math.max(length, 2)
    if (end > data.length) {
      cutShort = 'it ends within a header'
      break
    }
    const body = data.subarray(at + 4, end)
    at = end
    if (OTHER_SOF.has(marker) || marker === 0xdc) return UNJUDGED
    if (SOF.has(marker)) {
      if (frame) break // a second picture in the same stream: none of ours
      frame = readFrame(body, marker === 0xc2)
      if (!frame) return UNJUDGED
    } else if (marker === 0xc4) readHuffman(body, tables)
    else if (marker === 0xdb) readQuantization(body, tables)
    else if (marker === 0xdd) tables.restart = ((body[0] ?? 0) << 8) | (body[1] ?? 0)
    else if (marker === 0xda) {
      if (!frame) throw new Damage('its frame header is missing')
      const scan = followScan(data, at, body, frame, tables)
      if (scan.cut && scan.refines) {
        cutShort = 'its finest details are missing'
        break
      }
      wrong = Math.max(wrong, scan.wrong)
      if (wrong > TOLERATED_SHARE) throw new Damage(scan.reason ?? 'its code is broken')
      if (++scans > MOST_SCANS) return UNJUDGED
      at = scan.end
    }
  }
  if (!frame || scans === 0) return cutShort === undefined && !frame ? UNJUDGED : damaged('its pixels are missing')
  const isAbsent = ({ missingBits }: Component) =>
    missingBits[0] === 255 || (!ended && missingBits.some((bits) => bits === 255))
  const absent = frame.components.some(isAbsent)
  if (absent) return damaged('pixels are missing')
  const grid = tables.restart === 0 ? unitGrid(frame) : undefined
  if (wrong > 0) return remark(`damaged: about ${percent(wrong)} of the picture is wrong`)
  const coarse = frame.progressive && frame.components.some(({ missingBits }) => missingBits.some((bits) => bits > 0))
  if (cutShort !== undefined || (!ended && coarse)) {
    return remark(`incomplete: ${cutShort ?? 'its finest details are missing'}; all else is there`)
  }
  const verdict = ended ? INTACT : remark('its end marker is missing; all pixels are there')
  return grid ? { ...verdict, grid, halved: frame.components.some(({ v }) => v !== frame.components[0]!.v) } : verdict
}

function unitGrid({ components, mcusAcross, mcusDown }: Frame): UnitGrid {
  const [only] = components
  // A single component is coded block by block.
  if (only && components.length === 1) return { across: only.across, down: only.down, width: 8, height: 8 }
  const width = 8 * Math.max(...components.map(({ h }) => h))
  const height = 8 * Math.max(...components.map(({ v }) => v))
  return { across: mcusAcross, down: mcusDown, width, height }
}

/**
 * Follows a JPEG's code from its first to its last block, without making a picture: libjpeg goes on over a broken sector with a warning
 * or none. What was overwritten mostly throws the code out of step, so that it meets a code that isn't one, or ends with too few or
 * too many bits. What stays in step shifts the brightness of all that follows, which jpeg-shift.ts looks for.
 *
 * Baseline, extended and progressive Huffman files of 8 bits are judged; arithmetic and lossless ones are left to the decoder.
 */
import {
  type Component,
  type EmptyRun,
  followBlock,
  followFirst,
  followRefinement,
  mostNorm,
  type Spectrum,
} from './jpeg-blocks.ts'
import { type HuffmanTable, huffmanTable, ScanBits } from './jpeg-huffman.ts'
import type { UnitGrid } from './jpeg-shift.ts'
import { Damage, damaged, INTACT, percent, remark, TOLERATED_SHARE, UNJUDGED, type Verdict } from './verdict.ts'

const SOF = new Set([0xc0, 0xc1, 0xc2])
const OTHER_SOF = new Set([0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf])

interface Frame {
  readonly progressive: boolean
  readonly components: readonly Component[]
  readonly mcusAcross: number
  readonly mcusDown: number
}

/** T.81 has places for four of each. */
interface Tables {
  readonly steps: (Uint16Array | undefined)[]
  readonly dc: (HuffmanTable | undefined)[]
  readonly ac: (HuffmanTable | undefined)[]
  restart: number
}

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

/** A stream without code tables is read with the standard's own, as motion JPEG is. */
class StandardTables extends Error {}

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
      scans++
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

function readFrame(body: Uint8Array, progressive: boolean): Frame | undefined {
  const [precision = 0, h1 = 0, h2 = 0, w1 = 0, w2 = 0, count = 0] = body
  const height = (h1 << 8) | h2
  const width = (w1 << 8) | w2
  if (precision !== 8 || height === 0 || width === 0 || count === 0 || count > 4) return undefined
  if (body.length < 6 + 3 * count) throw new Damage('its frame header is broken')
  const given = Array.from({ length: count }, (_, i) => {
    const [id = 0, sampling = 0, quantization = 0] = body.subarray(6 + 3 * i)
    return { id, h: sampling >> 4, v: sampling & 15, quantization }
  })
  if (given.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4)) throw new Damage('its frame header is broken')
  const most = { h: Math.max(...given.map(({ h }) => h)), v: Math.max(...given.map(({ v }) => v)) }
  const mcusAcross = Math.ceil(width / (8 * most.h))
  const mcusDown = Math.ceil(height / (8 * most.v))
  const components = given.map(({ id, h, v, quantization }): Component => {
    const storedAcross = mcusAcross * h
    const storedDown = mcusDown * v
    const missingBits = new Uint8Array(64).fill(255)
    return {
      id,
      h,
      v,
      quantization,
      across: Math.ceil(Math.ceil((width * h) / most.h) / 8),
      down: Math.ceil(Math.ceil((height * v) / most.v) / 8),
      storedAcross,
      storedDown,
      dc: new Int32Array(storedAcross * storedDown),
      known: progressive ? new Uint32Array(2 * storedAcross * storedDown) : undefined,
      missingBits,
    }
  })
  return { progressive, components, mcusAcross, mcusDown }
}

function readHuffman(body: Uint8Array, tables: Tables): void {
  for (let at = 0; at + 17 <= body.length; ) {
    const place = body[at]!
    const counts = body.subarray(at + 1, at + 17)
    const total = counts.reduce((sum, n) => sum + n, 0)
    at += 17
    if (total > 256 || at + total > body.length || (place & 15) > 3 || place >> 4 > 1)
      throw new Damage('a code table of it is broken')
    tables[place >> 4 === 0 ? 'dc' : 'ac'][place & 15] = huffmanTable(counts, body.subarray(at, at + total))
    at += total
  }
}

function readQuantization(body: Uint8Array, tables: Tables): void {
  for (let at = 0; at < body.length; ) {
    const wide = body[at]! >> 4
    const place = body[at++]! & 15
    const steps = new Uint16Array(64)
    if (place > 3 || wide > 1 || at + 64 * (wide + 1) > body.length) throw new Damage('a quantization table is broken')
    for (let k = 0; k < 64; k++) {
      steps[k] = wide === 1 ? (body[at + 2 * k]! << 8) | body[at + 2 * k + 1]! : body[at + k]!
      if (steps[k] === 0) throw new Damage('a quantization table is broken')
    }
    at += 64 * (wide + 1)
    tables.steps[place] = steps
  }
}

interface ScanResult {
  readonly end: number
  /** Share of its units that can't be right. */
  readonly wrong: number
  readonly reason?: string
  /** It ends before its last unit; what it would have added are finer steps only. */
  readonly cut: boolean
  readonly refines: boolean
}

interface Part {
  readonly component: Component
  readonly dcTable: HuffmanTable | undefined
  readonly acTable: HuffmanTable | undefined
  readonly steps: Uint16Array | undefined
  readonly most: number
  before: number
}

function followScan(data: Uint8Array, start: number, header: Uint8Array, frame: Frame, tables: Tables): ScanResult {
  const count = header[0] ?? 0
  if (count < 1 || count > 4 || header.length < 4 + 2 * count) throw new Damage('a scan header is broken')
  const parts = Array.from({ length: count }, (_, i): Part => {
    const [id, places = 0] = header.subarray(1 + 2 * i)
    const component = frame.components.find((one) => one.id === id)
    if (!component) throw new Damage('a scan header is broken')
    const steps = tables.steps[component.quantization]
    return {
      component,
      dcTable: tables.dc[places >> 4],
      acTable: tables.ac[places & 15],
      steps,
      most: steps ? mostNorm(steps) : 0,
      before: 0,
    }
  })
  const [from = 0, last = 0, approximation = 0] = header.subarray(1 + 2 * count)
  const spectrum: Spectrum = frame.progressive
    ? { from, to: last, high: approximation >> 4, low: approximation & 15 }
    : { from: 0, to: 63, high: 0, low: 0 }
  if (spectrum.to > 63 || spectrum.from > spectrum.to || (frame.progressive && from > 0 && count > 1))
    throw new Damage('a scan header is broken')
  const single = count === 1 ? parts[0]!.component : undefined
  const across = single ? single.across : frame.mcusAcross
  const units = across * (single ? single.down : frame.mcusDown)
  const unit = unitFollower(parts, spectrum, frame, across)
  const bits = new ScanBits(data, start)
  const interval = tables.restart > 0 ? tables.restart : units
  const refines = spectrum.high > 0
  let wrong = 0
  let reason: string | undefined
  let end = start
  for (let first = 0, n = 0; first < units; first += interval, n++) {
    const after = Math.min(first + interval, units)
    try {
      unit.begin()
      for (let i = first; i < after; i++) {
        unit.follow(bits, i)
        if (bits.overrun) {
          const missing = bits.nextMarker() >= data.length || interval === units
          throw new Damage(missing ? `${percent((units - i) / units)} of the pixels are missing` : 'its code is broken')
        }
      }
      if (unit.run.left > 0) throw new Damage('its code ends too early')
      if (bits.unread > SPARE_BYTES) throw new Damage('its code ends too late')
    } catch (error) {
      if (!(error instanceof Damage)) throw error
      reason ??= error.message
      wrong += after - first
      if (bits.nextMarker() >= data.length && (after < units || bits.overrun)) {
        return { end: data.length, wrong: 1, reason, cut: true, refines }
      }
    }
    end = bits.nextMarker()
    if (after >= units) break
    const found = data[end + 1]
    if (found !== 0xd0 + (n & 7)) {
      if (end >= data.length || found === 0xd9)
        return {
          end,
          wrong: 1,
          reason: `${percent((units - after) / units)} of the pixels are missing`,
          cut: true,
          refines,
        }
      throw new Damage('its restart markers are out of order')
    }
    bits.restart(end + 2)
  }
  for (const { component } of parts) component.missingBits.fill(spectrum.low, spectrum.from, spectrum.to + 1)
  return { end, wrong: wrong / units, ...(reason === undefined ? {} : { reason }), cut: false, refines }
}

/** Some encoders put a byte or two behind a scan. */
const SPARE_BYTES = 2

interface UnitFollower {
  readonly run: EmptyRun
  /** At the start and behind each restart marker. */
  begin(): void
  follow(bits: ScanBits, index: number): void
}

function unitFollower(parts: readonly Part[], spectrum: Spectrum, frame: Frame, across: number): UnitFollower {
  const run: EmptyRun = { left: 0 }
  const block = blockFollower(spectrum, frame.progressive, run)
  const begin = () => {
    run.left = 0
    for (const part of parts) part.before = 0
  }
  const [only] = parts
  if (parts.length === 1 && only) {
    const { storedAcross } = only.component
    return {
      run,
      begin,
      follow: (bits, index) => block(bits, only, Math.floor(index / across) * storedAcross + (index % across)),
    }
  }
  return {
    run,
    begin,
    follow(bits, index) {
      const row = Math.floor(index / across)
      const column = index % across
      for (const part of parts) {
        const { h, v, storedAcross } = part.component
        for (let y = 0; y < v; y++)
          for (let x = 0; x < h; x++) block(bits, part, (row * v + y) * storedAcross + column * h + x)
      }
    },
  }
}

function blockFollower(spectrum: Spectrum, progressive: boolean, run: EmptyRun) {
  const table = (found: HuffmanTable | undefined): HuffmanTable => {
    if (!found) throw new StandardTables()
    return found
  }
  return (bits: ScanBits, part: Part, at: number): void => {
    const { component } = part
    if (!progressive) {
      part.before = followBlock(bits, table(part.dcTable), table(part.acTable), part.before, part.steps, part.most)
      component.dc[at] = part.before
    } else if (spectrum.from > 0) {
      const follow = spectrum.high === 0 ? followFirst : followRefinement
      follow(bits, table(part.acTable), spectrum, component.known!, at, run)
    } else if (spectrum.high > 0) bits.read(1)
    else {
      const size = bits.symbol(table(part.dcTable))
      if (size > 11) throw new Damage('its code is broken')
      part.before += bits.signed(size)
      component.dc[at] = part.before << spectrum.low
      if (part.steps && Math.abs(component.dc[at]! * part.steps[0]!) > part.most) {
        throw new Damage('its code gives impossible colours')
      }
    }
  }
}

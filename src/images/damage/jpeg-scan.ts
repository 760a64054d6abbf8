/** Follows one scan of a JPEG (ITU-T T.81, B.2.3), restart interval by restart interval. */
import {
  type Component,
  type EmptyRun,
  followBlock,
  followFirst,
  followRefinement,
  mostNorm,
  type Spectrum,
} from './jpeg-blocks.ts'
import type { Frame, Tables } from './jpeg-headers.ts'
import { type HuffmanTable, ScanBits } from './jpeg-huffman.ts'
import { Damage, percent } from './verdict.ts'

/** A stream without code tables is read with the standard's own, as motion JPEG is. */
export class StandardTables extends Error {}

/** How a scan ended. */
export interface ScanResult {
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

/** @throws Damage where nothing of the scan can be relied on */
export function followScan(
  data: Uint8Array,
  start: number,
  header: Uint8Array,
  frame: Frame,
  tables: Tables,
): ScanResult {
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

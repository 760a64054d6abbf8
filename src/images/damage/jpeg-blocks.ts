/**
 * Follows the code of one 8×8 block, for each kind of scan (ITU-T T.81, F.2.2, G.1.2; the refinement as in G.1.2.3), and finds what
 * no encoder writes: symbols that 8-bit pictures can't have, coefficients past the 64th, blocks of more energy than 64 pixels hold.
 */
import type { HuffmanTable, ScanBits } from './jpeg-huffman.ts'
import { Damage } from './verdict.ts'

/** A component of a frame. */
export interface Component {
  readonly id: number
  readonly h: number
  readonly v: number
  readonly quantization: number
  /** Blocks that hold its pixels, and blocks that are stored with interleaved scans. */
  readonly across: number
  readonly down: number
  readonly storedAcross: number
  readonly storedDown: number
  /** DC of each stored block, as coded (before its quantization step). */
  readonly dc: Int32Array
  /** Two words a block: which coefficients are not zero yet; only of progressive files. */
  readonly known: Uint32Array | undefined
  /** Bits still missing of each coefficient; 255: none came yet. */
  readonly missingBits: Uint8Array
}

/** What a scan codes: coefficients from..to, down to bit `low`, refining where `high` > 0. */
export interface Spectrum {
  readonly from: number
  readonly to: number
  readonly high: number
  readonly low: number
}

/** A block of 8-bit pixels has at most this norm (the transform keeps it): 64 pixels of ±128. */
const MOST_NORM = 1024
/** Encoders with deringing go over white on purpose. */
const SLACK = 1.35

/** Greatest norm that a block may have, given its quantization steps in zigzag order. */
export function mostNorm(steps: Uint16Array): number {
  let rounding = 0
  for (const step of steps) rounding += (step / 2) ** 2
  return MOST_NORM * SLACK + Math.sqrt(rounding)
}

/** A block of a sequential scan. @returns the difference of its DC */
export function followBlock(
  bits: ScanBits,
  dcTable: HuffmanTable,
  acTable: HuffmanTable,
  dcBefore: number,
  steps: Uint16Array | undefined,
  most: number,
): number {
  const size = bits.symbol(dcTable)
  if (size > 11) throw new Damage('its code is broken')
  const dc = dcBefore + bits.signed(size)
  let energy = steps ? (dc * steps[0]!) ** 2 : 0
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(acTable)
    const width = symbol & 15
    const run = symbol >> 4
    if (width === 0) {
      if (run !== 15) break
      k += 15
      continue
    }
    k += run
    if (k > 63 || width > 10) throw new Damage('its code is broken')
    const value = bits.signed(width)
    if (steps) energy += (value * steps[k]!) ** 2
  }
  if (energy > most * most) throw new Damage('its code gives impossible colours')
  return dc
}

/** State of the runs of empty blocks in a progressive scan. */
export interface EmptyRun {
  left: number
}

/** A block of a progressive scan of AC coefficients that come for the first time. */
export function followFirst(
  bits: ScanBits,
  table: HuffmanTable,
  { from, to }: Spectrum,
  known: Uint32Array,
  block: number,
  run: EmptyRun,
): void {
  if (run.left > 0) {
    run.left--
    return
  }
  for (let k = from; k <= to; k++) {
    const symbol = bits.symbol(table)
    const width = symbol & 15
    const zeros = symbol >> 4
    if (width === 0) {
      if (zeros === 15) {
        k += 15
        continue
      }
      run.left = (1 << zeros) + bits.read(zeros) - 1
      return
    }
    k += zeros
    if (k > to || width > 10) throw new Damage('its code is broken')
    bits.read(width)
    known[2 * block + (k >> 5)]! |= 1 << (k & 31)
  }
}

/** A block of a progressive scan that adds a bit to AC coefficients. */
export function followRefinement(
  bits: ScanBits,
  table: HuffmanTable,
  { from, to }: Spectrum,
  known: Uint32Array,
  block: number,
  run: EmptyRun,
): void {
  const word = 2 * block
  const has = (k: number) => (known[word + (k >> 5)]! >>> (k & 31)) & 1
  let k = from
  if (run.left === 0) {
    for (; k <= to; k++) {
      const symbol = bits.symbol(table)
      const width = symbol & 15
      let zeros = symbol >> 4
      if (width > 1) throw new Damage('its code is broken')
      if (width === 1) bits.read(1)
      else if (zeros !== 15) {
        run.left = (1 << zeros) + bits.read(zeros)
        break
      }
      for (; k <= to; k++) {
        if (has(k) === 1) bits.read(1)
        else if (--zeros < 0) break
      }
      if (width === 1) {
        if (k > to) throw new Damage('its code is broken')
        known[word + (k >> 5)]! |= 1 << (k & 31)
      }
    }
  }
  if (run.left > 0) {
    for (; k <= to; k++) if (has(k) === 1) bits.read(1)
    run.left--
  }
}

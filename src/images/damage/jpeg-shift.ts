/**
 * Each DC of a JPEG is coded as the difference to the one before. Damage that leaves the code in step therefore makes all that follows
 * brighter, darker or of another hue by one amount, from some unit (block, or group of blocks that are coded together) of some row on.
 * Along a line that steps up by one row at that unit, all borders between units are then off by that amount, and beside the line none.
 * No edge of a picture does that: it would have to run along the units' borders, and change over from one to the next.
 */
/** Borders between units, one above the other. */
export interface Borders {
  /** Units in a row. */
  readonly across: number
  /** By how much brightness jumps at the lower border of unit i, in levels of 255; rows × across values, the last row's left out. */
  readonly jumps: Float32Array
}

/** How units lie in a picture. */
export interface UnitGrid {
  readonly across: number
  readonly down: number
  /** Sides of a unit in pixels. */
  readonly width: number
  readonly height: number
}

/** Shifts below this, in levels, are not looked for. */
const LEAST_LEVELS = 2
const LEAST_HUE_LEVELS = 3.5
/** Borders that a side of the line must have to be judged by their median. */
const LEAST_ALONG = 6
/** Units that a row must have: small drawings have edges of all kinds. */
const LEAST_ACROSS = 12
/** Units before the cut that may be garbled themselves. */
const GARBLED = 3
const CANDIDATES = 300

/** Samples of a picture as it is stored: 1 or 3 channels, interleaved, row by row. */
export interface StoredPixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: number
}

/** Whether brightness or hue shifts from some unit on. @param halved whether hues are stored at half the resolution */
export function hasShifts(pixels: StoredPixels, grid: UnitGrid, halved: boolean): boolean {
  if (grid.across < LEAST_ACROSS || grid.down < 3) return false
  if (hasShift(borders(pixels, grid, BRIGHTNESS[pixels.channels]!, 0), LEAST_LEVELS)) return true
  // Of hues at half the resolution the rows next to a border are mixed from both sides.
  return (
    pixels.channels === 3 && HUES.some((hue) => hasShift(borders(pixels, grid, hue, halved ? 1 : 0), LEAST_HUE_LEVELS))
  )
}

/** Weights of the channels. */
const BRIGHTNESS: Readonly<Record<number, readonly number[]>> = { 1: [1], 3: [0.25, 0.5, 0.25] }
const HUES = [
  [0, -1, 1],
  [1, -1, 0],
] as const

/** @param mixed rows at each side of a border that are left out */
function borders(
  { data, width, height, channels }: StoredPixels,
  grid: UnitGrid,
  weights: readonly number[],
  mixed: number,
): Borders {
  const { across, down } = grid
  const jumps = new Float32Array(across * (down - 1))
  const reach = 1 + 2 * mixed
  const value = (at: number) => {
    let sum = 0
    for (let c = 0; c < channels; c++) sum += weights[c]! * data[at * channels + c]!
    return sum
  }
  for (let row = 0; row + 1 < down; row++) {
    const border = (row + 1) * grid.height
    const above = (border - 1 - mixed) * width
    const below = (border + mixed) * width
    const further = reach * width
    if (below + further >= height * width) break
    for (let unit = 0; unit < across; unit++) {
      const from = unit * grid.width
      const to = Math.min(from + grid.width, width)
      let sum = 0
      for (let x = from; x < to; x++) {
        // the jump at the border, without what the picture changes by anyway just above and below
        const a = value(above + x)
        const b = value(below + x)
        sum += b - a - (a - value(above - further + x) + value(below + further + x) - b) / 2
      }
      jumps[row * across + unit] = sum / (to - from)
    }
  }
  return { across, jumps }
}

function hasShift(borders: Borders, least: number): boolean {
  const noise = median(borders.jumps.map(Math.abs)) * 1.5
  return candidates(borders, least).some((cut) => isShift(borders, cut, Math.max(least, 1.6 * noise), noise))
}

/** Units at which the mean along the line is greatest, great jumps counted as small ones. */
function candidates({ across, jumps }: Borders, least: number): number[] {
  const means = new Float32Array(jumps.length + 1)
  const bounded = (i: number) => Math.max(-12, Math.min(12, jumps[i]!))
  let sum = 0
  for (let i = 0; i < jumps.length; i++) {
    sum += bounded(i)
    if (i >= across) sum -= bounded(i - across)
    // the line of cut i + 1 has the borders of i + 1 − across … i; in the first row it begins at its left
    means[i + 1] = Math.abs(sum) / Math.min(across, i + 1)
  }
  const peaks: number[] = []
  for (let cut = LEAST_ALONG; cut < jumps.length; cut++) {
    const mean = means[cut]!
    if (mean >= 0.6 * least && mean >= means[cut - 1]! && mean >= means[cut + 1]!) peaks.push(cut)
  }
  const best = peaks.sort((a, b) => means[b]! - means[a]!).slice(0, CANDIDATES)
  return [...new Set(best.flatMap((cut) => [cut, cut - 1, cut + 1, cut - 2, cut + 2]))]
}

interface Side {
  /** Borders of the line, off by the shift. */
  readonly along: Float32Array
  /** Those of the same columns a row above or below, which are not. */
  readonly beside: Float32Array
}

function isShift({ across, jumps }: Borders, cut: number, least: number, noise: number): boolean {
  const row = Math.floor(cut / across)
  const column = cut - row * across
  const lower = row * across
  const upper = lower - across
  // Along a whole border it may be the picture's own edge.
  if (column === 0 || lower + across > jumps.length) return false
  const usable = column >= LEAST_ALONG + GARBLED ? column - GARBLED : column
  const left: Side = {
    along: jumps.subarray(lower, lower + usable),
    beside: row === 0 ? jumps.subarray(0, 0) : jumps.subarray(upper, upper + usable),
  }
  const right: Side = {
    along: row === 0 ? jumps.subarray(0, 0) : jumps.subarray(upper + column, lower),
    beside: jumps.subarray(lower + column, lower + across),
  }
  const all = Float32Array.from([...left.along, ...right.along])
  if (all.length < LEAST_ALONG) return false
  const shift = median(all)
  const size = Math.abs(shift)
  if (size < least) return false
  // With one side only, or a short one, the line has to be as even as no edge of a picture is.
  const sides = Math.min(left.beside.length, right.along.length)
  const tightness = row === 0 ? 0.15 : sides < LEAST_ALONG ? 0.25 : 0.5
  if (tightness < 0.5 && (size < 3 * noise || spread(all, shift) > tightness * size)) return false
  if (row === 0 && right.beside.length < LEAST_ALONG) return false
  // What is garbled lies at the left of the cut.
  return isOff(right, shift) && (left.beside.length >= LEAST_ALONG ? isOff(left, shift) : isOddlyOff(left, shift))
}

/** Most of the side is off by that amount, not some of it by more. */
function isOff({ along, beside }: Side, shift: number): boolean {
  const size = Math.abs(shift)
  if (along.length > 0 && (Math.abs(median(along) - shift) > 0.35 * size || spread(along, shift) > 0.5 * size)) {
    return false
  }
  return Math.abs(median(beside)) < 0.3 * size
}

/** A few borders, garbled ones among them: at least they are not what a picture's own edge along the whole row would leave. */
function isOddlyOff({ along, beside }: Side, shift: number): boolean {
  const size = Math.abs(shift)
  return (
    beside.every((jump) => Math.abs(jump - shift) > 0.35 * size) && along.some((jump) => Math.abs(jump) > 0.35 * size)
  )
}

function median(values: Float32Array): number {
  const sorted = values.slice().sort()
  return sorted[sorted.length >> 1]!
}

/** Median distance. */
function spread(values: Float32Array, centre: number): number {
  return median(values.map((value) => Math.abs(value - centre)))
}

/**
 * Toned photographs: sepia, gold, cyanotype, the yellow of old paper. Every colour there is a function of how bright it is, so that a
 * photograph is restored as the gray one that it is and given its tone back, instead of colours that networks make of a tone.
 */
import { toGray } from '../../images/gray.ts'
import { resizeSamples } from '../../images/resize-samples.ts'
import { isDeepPicture, type Samples } from '../../images/samples.ts'
import { shownPicture } from '../shown.ts'

/** Of each level of gray (0…255), what is added to it in red, green and blue. */
export interface Tone {
  readonly offsets: readonly [Float32Array, Float32Array, Float32Array]
}

/** It is looked for in a copy of this many pixels along its longer side, in which grain has gone. */
const SIDE = 192
/**
 * Nine tenths of the pixels are no farther from the tone than this, in levels. Of 234 toned prints of three archives 215 were nearer, of 220 modern
 * pictures in colour one.
 */
const MOST = 6.5
/** A tone weaker than this is gray. */
const LEAST = 1.5
/** Levels of gray that are looked at together. */
const BIN = 8

/** The tone of a photograph; undefined where it is gray, or has colours. */
export function toneOf(photograph: Samples): Tone | undefined {
  const found = colorAlongGray(photograph)
  return found && found.away <= MOST && found.strength >= LEAST ? found.tone : undefined
}

/** How a photograph's colours follow its grays: the tone, how strong it is, and how far from it nine tenths of the pixels are at most. */
export function colorAlongGray(photograph: Samples): { tone: Tone; strength: number; away: number } | undefined {
  if (photograph.channels === 1) return undefined
  const { width, height, channels, data } = photograph
  const scale = Math.min(1, SIDE / Math.max(width, height))
  const sided = (length: number) => Math.max(1, Math.round(length * scale))
  const opaque = { width, height, channels, data }
  const small = shownPicture(resizeSamples(opaque, sided(width), sided(height), 'bilinear'))
  const gray = toGray(small).data
  const offset = (i: number, c: number): number => small.data[3 * i + c]! - gray[i]!
  const bins: number[][] = Array.from({ length: 256 / BIN }, () => [])
  for (const [i, v] of gray.entries()) bins[Math.floor(v / BIN)]!.push(i)
  const offsets = [0, 1, 2].map((c) =>
    curve(bins.map((pixels) => (pixels.length < 8 ? undefined : median(pixels.map((i) => offset(i, c)))))),
  ) as [Float32Array, Float32Array, Float32Array]
  const distances = Array.from(gray, (v, i) =>
    Math.max(...[0, 1, 2].map((c) => Math.abs(offset(i, c) - offsets[c]![v]!))),
  )
  const strengths = Array.from(gray, (v) => Math.max(...offsets.map((curve) => Math.abs(curve[v]!))))
  return {
    tone: { offsets },
    strength: strengths.reduce((a, b) => a + b, 0) / strengths.length,
    away: distances.sort((a, b) => a - b)[Math.floor(0.9 * (distances.length - 1))]!,
  }
}

/** Values at the middles of the bins, joined by lines; beyond the outermost known ones as there. */
function curve(values: readonly (number | undefined)[]): Float32Array {
  const known = values.flatMap((value, i) => (value === undefined ? [] : [{ at: (i + 0.5) * BIN, value }]))
  const [first, last] = [known[0], known.at(-1)]
  return Float32Array.from({ length: 256 }, (_, level) => {
    if (!first || !last) return 0
    const next = known.findIndex(({ at }) => at > level)
    if (next <= 0) return next === 0 ? first.value : last.value
    const [a, b] = [known[next - 1]!, known[next]!]
    return a.value + ((b.value - a.value) * (level - a.at)) / (b.at - a.at)
  })
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1]!
}

/** A photograph as gray, in the bits that it has. */
export function grayed({ width, height, channels, data, alpha }: Samples): Samples {
  if (channels === 1) return alpha ? { width, height, channels, data, alpha } : { width, height, channels, data }
  const out = data instanceof Uint16Array ? new Uint16Array(width * height) : new Uint8Array(width * height)
  for (let i = 0, j = 0; i < out.length; i++, j += 3)
    out[i] = Math.round(0.299 * data[j]! + 0.587 * data[j + 1]! + 0.114 * data[j + 2]!)
  return { width, height, channels: 1, data: out, ...(alpha && { alpha }) }
}

/** A gray photograph in a tone. */
export function toned(gray: Samples, { offsets }: Tone): Samples {
  const { width, height, data, alpha } = gray
  const unit = isDeepPicture(gray) ? 257 : 1
  const out = data instanceof Uint16Array ? new Uint16Array(3 * data.length) : new Uint8Array(3 * data.length)
  for (let i = 0; i < data.length; i++) {
    const level = Math.round(data[i]! / unit)
    for (let c = 0; c < 3; c++)
      out[3 * i + c] = Math.round(Math.min(255 * unit, Math.max(0, data[i]! + unit * offsets[c]![level]!)))
  }
  return { width, height, channels: 3, data: out, ...(alpha && { alpha }) }
}

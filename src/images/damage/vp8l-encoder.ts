/**
 * What libwebp writes fits together beyond what the format asks: the lengths of a code are those that the counts of its symbols give
 * (vp8l-lengths.ts), and a pixel that stands in the colour cache is never written out. Overwritten bytes that give as many pixels from
 * as many bits as before break that, in a few places of a file that otherwise keeps to it. Other encoders break it everywhere, or
 * make the shortest codes there can be.
 */
import { LONGEST, type PrefixTable } from './vp8l-codes.ts'
import { huffmanLengths, libwebpLengths } from './vp8l-lengths.ts'

/** Codes of fewer symbols have the same lengths whoever makes them. */
const LEAST_SYMBOLS = 6
/** Codes that have to be as libwebp’s; and more than those that aren’t. Of other encoders’ at most two were, by chance. */
const LEAST_ALIKE = 3
/** For each of those that are as short as can be, as another encoder may make them. */
const ALIKE_FOR_SHORTEST = 4
/** Of the pixels written out, those that stand in the cache: of an encoder that does it anyway they are many. */
const MOST_WRITTEN_AGAIN = 0.03

export class EncoderHabits {
  private alike = 0
  private unlike = 0
  private shortest = 0
  private written = 0
  private writtenAgain = 0

  /** A code, after all that it codes. */
  addCode({ only, lengths, seen, symbols }: PrefixTable): void {
    if (only !== undefined || symbols.length < LEAST_SYMBOLS) return
    const right = libwebpLengths(seen, LONGEST)
    if (lengths.every((length, symbol) => length === right[symbol])) this.alike++
    else if (bitsOf(seen, lengths) === bitsOf(seen, huffmanLengths(seen, LONGEST))) this.shortest++
    else this.unlike++
  }

  /** A pixel that is written out though there is a cache. */
  addWritten(isCached: boolean): void {
    this.written++
    if (isCached) this.writtenAgain++
  }

  /** Whether libwebp wrote the file, and not all of what is there now. */
  get areBroken(): boolean {
    const { alike, unlike, shortest } = this
    if (alike < LEAST_ALIKE || alike <= unlike + shortest) return false
    if (unlike > 0 || (shortest > 0 && alike >= shortest * ALIKE_FOR_SHORTEST)) return true
    return this.writtenAgain > 0 && this.writtenAgain <= this.written * MOST_WRITTEN_AGAIN
  }
}

function bitsOf(counts: Uint32Array, lengths: Uint8Array): number {
  let bits = 0
  for (let symbol = 0; symbol < counts.length; symbol++) bits += counts[symbol]! * lengths[symbol]!
  return bits
}

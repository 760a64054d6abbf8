/**
 * What a weight file may ask of us. The largest honest files (a training checkpoint with optimizer states, NVIDIA's
 * pickles) stay below a tenth of each number; a file over a limit is refused before memory is spent on it.
 */
export interface Limits {
  /** Pickle opcodes, containers they make, memo entries, values on the stack, marks open at once. */
  readonly opcodes: number
  readonly containers: number
  readonly memo: number
  readonly stack: number
  readonly marks: number
  /** Nesting of the finished object tree. */
  readonly depth: number
  /** Bytes of one string, of all strings, of one name, and of one long integer. */
  readonly string: number
  readonly strings: number
  readonly name: number
  readonly long: number
  readonly tensors: number
  /** Ways from the root to an object: shared objects count once for every way (a few bytes can make billions). */
  readonly paths: number
  readonly rank: number
  /** Numbers of a tensor that uses an element of its storage more than once (an expanded view); others are bounded by
   *  the bytes that are there. */
  readonly expanded: number
  readonly zipEntries: number
  readonly zipDirectory: number
  /** Deflated zip entries: size of one, of all, and unpacked bytes per packed byte. */
  readonly inflated: number
  readonly inflatedTotal: number
  readonly inflateRatio: number
}

export const defaultLimits: Limits = {
  opcodes: 2_000_000,
  containers: 300_000,
  memo: 500_000,
  stack: 500_000,
  marks: 1_000,
  depth: 100,
  string: 16 << 20,
  strings: 64 << 20,
  name: 256,
  long: 64,
  tensors: 100_000,
  paths: 1_000_000,
  rank: 32,
  expanded: 1 << 24,
  zipEntries: 100_000,
  zipDirectory: 16 << 20,
  inflated: 256 << 20,
  inflatedTotal: 2 * 2 ** 30,
  inflateRatio: 100,
}

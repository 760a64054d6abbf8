/**
 * What is known of a file's pixels beside what its decoder says. JPEG, WebP, GIF and most TIFF carry no checksum, and their decoders
 * go on over nonsense; but what an encoder wrote decodes to exactly the right number of pixels from exactly the bytes that are there.
 */
export interface Verdict {
  /** 'intact': the code was followed to its end; 'unjudged': a kind that isn't followed here. */
  readonly state: 'intact' | 'remark' | 'damaged' | 'unjudged'
  /** One clause: what was found, for a remark or an error. */
  readonly reason?: string
}

export const INTACT: Verdict = { state: 'intact' }
export const UNJUDGED: Verdict = { state: 'unjudged' }
export const remark = (reason: string): Verdict => ({ state: 'remark', reason })
export const damaged = (reason: string): Verdict => ({ state: 'damaged', reason })

/** Found while following a code; caught where the verdict is made. */
export class Damage extends Error {
  override readonly name = 'Damage'
}

/** Following it would cost too much. */
export class Unjudged extends Error {}

/** Larger shares of a picture that are wrong are an error, smaller ones a remark. */
export const TOLERATED_SHARE = 0.1

/** "12 %", "0.3 %". */
export function percent(share: number): string {
  const value = 100 * share
  return `${value >= 1 ? Math.round(value) : value.toPrecision(1)} %`
}

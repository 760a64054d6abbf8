/**
 * The one error type of every weight-file reader: one line that says which file, what is wrong, at which byte, and
 * what to do. Anything a hostile file can put into a message passes through `quote`, so that it stays one short line.
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError'
  readonly source: string
  /** Byte offset in the file where the problem was seen; undefined where no single place is at fault. */
  readonly offset: number | undefined

  constructor(source: string, problem: string, offset?: number, hint?: string) {
    const place = offset === undefined ? '' : ` at byte ${offset}`
    super(oneLine(`${source}: ${problem}${place}${hint === undefined ? '' : `; ${hint}`}`))
    this.source = source
    this.offset = offset
  }
}

/** A name from a file, made safe to print: no control characters, no line breaks, at most 80 characters. */
export function quote(text: string): string {
  const short = text.length > 80 ? `${text.slice(0, 77)}...` : text
  return `"${oneLine(short)}"`
}

/** Text of any origin as one line that a terminal only prints. */
export function oneLine(text: string): string {
  // Control characters, the Unicode line separators, direction overrides and lone surrogates: none may reach a terminal.
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?')
}

import { RephotoError } from '../error.ts'

export { quote } from '../text/visible.ts'

/**
 * The one error type of every weight-file reader: one line that says which file, what is wrong, at which byte, and
 * what to do. Anything a hostile file can put into a message passes through `quote`, so that it stays one short line.
 */

export class CheckpointError extends RephotoError {
  override readonly name: string = 'CheckpointError'
  readonly source: string
  /** Byte offset in the file where the problem was seen; undefined where no single place is at fault. */
  readonly offset: number | undefined

  constructor(source: string, problem: string, offset?: number, hint?: string) {
    // "At byte 0" is the whole file.
    const place = offset === undefined || offset === 0 ? '' : ` at byte ${offset}`
    super(`${source}: ${problem}${place}${hint === undefined ? '' : `; ${hint}`}`)
    this.source = source
    this.offset = offset
  }
}

/** The one error of this folder; its message is one line: what was expected, what was found, what to do. */
import { oneLine } from '../text/visible.ts'

export class SweepError extends Error {
  override readonly name = 'SweepError'

  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options)
  }
}

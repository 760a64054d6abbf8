/** The one error of this folder; its message is one line: what was expected, what was found, what to do. */
import { RephotoError } from '../error.ts'

export class SweepError extends RephotoError {
  override readonly name: string = 'SweepError'
}

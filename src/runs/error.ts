import { RephotoError } from '../error.ts'

/** A question about runs that has no answer. The message is one line: what was expected, what was found, what to do. */
export class ListError extends RephotoError {
  override readonly name: string = 'ListError'
}

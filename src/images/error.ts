// The one error class of reading, converting and writing pictures. A class of its own lets the command line tell a bad
// picture (one clear line, non-zero exit) from a mistake in the program (a stack trace).

import { RephotoError } from '../error.ts'

/** A picture that can't be used. The message is one line: what was expected, what was found, what to do. */
export class PictureError extends RephotoError {
  override readonly name: string = 'PictureError'
}

import { oneLine } from './text/visible.ts'

/**
 * What all errors of this package have in common: their message is one line that says what was expected, what was found and
 * what to do. Whatever else is thrown is a mistake in the program.
 */
export abstract class RephotoError extends Error {
  override readonly name: string = 'RephotoError'

  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options)
  }
}

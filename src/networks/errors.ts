import { oneLine } from '../checkpoint/errors.ts'

/** Tensors that look like a network and are not quite it: one line that says what was expected and what was found. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError'

  constructor(message: string) {
    // Names of tensors come from files of strangers.
    super(oneLine(message))
  }
}

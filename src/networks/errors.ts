import { RephotoError } from '../error.ts'

/** Tensors that look like a network and are not quite it: one line that says what was expected and what was found. */
export class NetworkError extends RephotoError {
  override readonly name: string = 'NetworkError'
}

import { RephotoError } from '../error.ts'

/** What goes wrong with packs and imports: one line that says what was expected, what was found and what to do. */
export class ModelError extends RephotoError {
  override readonly name: string = 'ModelError'
}

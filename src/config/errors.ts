/** The one error of this folder: it knows where the mistake stands, and its message is one line for the user. */
import { RephotoError } from '../error.ts'
import { cutMiddle, oneLine } from '../text/visible.ts'

/** Where a mistake stands: a file or an option, its line if known, and the path of the key. */
export interface ConfigPlace {
  readonly source?: string
  readonly line?: number
  readonly path?: string
}

/** Of each part of a message: paths and keys are others' texts of any length. */
const MOST = 600

/** A config that cannot be used; the message says where, what was expected, what was found, and the nearest valid key. */
export class ConfigError extends RephotoError {
  override readonly name: string = 'ConfigError'
  readonly place: ConfigPlace

  constructor(problem: string, place: ConfigPlace = {}, options?: ErrorOptions) {
    const where = place.source === undefined ? [] : [place.line ? `${place.source}:${place.line}` : place.source]
    if (place.path) where.push(place.path)
    super([...where, problem].map((part) => cutMiddle(oneLine(cutMiddle(part, MOST)), MOST)).join(': '), options)
    this.place = place
  }
}

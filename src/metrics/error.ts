// The error class of the metrics: inputs that can't be compared.

import { RephotoError } from '../error.ts'

/** Two things that have no distance. One line: what was expected, what was found. */
export class MetricError extends RephotoError {
  override readonly name: string = 'MetricError'
}

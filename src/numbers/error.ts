// The error class of computations on plain numbers.

import { RephotoError } from '../error.ts'

/** Numbers that allow no answer: a covariance that is none, sides that do not fit. */
export class NumericError extends RephotoError {
  override readonly name: string = 'NumericError'
}

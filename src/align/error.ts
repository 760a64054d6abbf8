// The error class of everything between a picture and its aligned crop: faces, landmarks, geometry.

import { RephotoError } from '../error.ts'

/** A face that can't be found, chosen or aligned. One line: what was expected, what was found, what to do. */
export class AlignError extends RephotoError {
  override readonly name: string = 'AlignError'
}

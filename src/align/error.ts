// The error class of everything between a picture and its aligned crop: faces, landmarks, geometry.

/** A face that can't be found, chosen or aligned. One line: what was expected, what was found, what to do. */
export class AlignError extends Error {
  override readonly name = 'AlignError'
}

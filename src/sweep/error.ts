/** The one error of this folder; its message is one line: what was expected, what was found, what to do. */
export class SweepError extends Error {
  override readonly name = 'SweepError'
}

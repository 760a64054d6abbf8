// The error class of the metrics: inputs that can't be compared.

/** Two things that have no distance. One line: what was expected, what was found. */
export class MetricError extends Error {
  override readonly name = 'MetricError'
}

/**
 * How the command line ends when it cannot go on: one clear line on stderr and an exit code, 1 for a failure, 2 for wrong usage,
 * 128 + n for signal n, as shells have it.
 */

/** The command line was used wrongly. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The user interrupted a run, which ended in order. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`)
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/** Prints what went wrong and gives the exit code. */
export function reportFailure(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode
  const isOurs =
    error instanceof Error &&
    !/^(?:Error|TypeError|RangeError|ReferenceError|SyntaxError|AssertionError)$/u.test(error.name)
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`rephoto: ${message.split('\n')[0]}\n`)
  // An error of none of our classes is a mistake in the program: its trace helps those who can mend it.
  if (!isOurs) {
    const trace = process.env.REPHOTO_TRACE === '1' && error instanceof Error ? error.stack : undefined
    process.stderr.write(`${trace ?? 'This looks like a mistake in rephoto; REPHOTO_TRACE=1 shows where.'}\n`)
  }
  return error instanceof UsageError ? 2 : 1
}

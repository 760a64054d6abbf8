/**
 * How the command line ends when it cannot go on: one clear line on stderr and an exit code, 1 for a failure, 2 for wrong usage,
 * 128 + n for signal n, as shells have it.
 */

import { systemMessage } from '../checkpoint/system-error.ts'
import { memoryProblem } from '../engine/memory.ts'
import { RephotoError } from '../error.ts'
import { cutMiddle, oneLine, visible } from '../text/visible.ts'

/** The command line was used wrongly. */
export class UsageError extends RephotoError {
  override readonly name: string = 'UsageError'
}

/** The user interrupted a run, which ended in order. */
export class Interrupted extends RephotoError {
  override readonly name: string = 'Interrupted'
  readonly exitCode: number

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`)
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

/** A line longer than this is not read: a path or a value in it got out of hand. */
const MOST_OF_A_MESSAGE = 1200

/** Prints what went wrong and gives the exit code. */
export function reportFailure(thrown: unknown): number {
  const error = memoryProblem(thrown) ?? thrown
  if (error instanceof Interrupted) return error.exitCode
  const told = isOurs(error) ? undefined : systemMessage(error)
  const message = told ?? (error instanceof Error ? error.message : String(error))
  process.stderr.write(`rephoto: ${cutMiddle(oneLine(message.trim()), MOST_OF_A_MESSAGE)}\n`)
  // An error of none of our classes is a mistake in the program: its trace helps those who can mend it.
  if (told === undefined && !isOurs(error)) {
    const trace = process.env.REPHOTO_TRACE === '1' && error instanceof Error ? error.stack : undefined
    process.stderr.write(`${visible(trace ?? 'This looks like a mistake in rephoto; REPHOTO_TRACE=1 shows where.')}\n`)
  }
  return error instanceof UsageError ? 2 : 1
}

function isOurs(error: unknown): boolean {
  return (
    error instanceof Error &&
    !/^(?:Error|TypeError|RangeError|ReferenceError|SyntaxError|AssertionError|URIError|EvalError)$/u.test(error.name)
  )
}

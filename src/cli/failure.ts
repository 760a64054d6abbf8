/**
 * How the command line ends when it cannot go on: one clear line on stderr and an exit code, 1 for a failure, 2 for wrong usage,
 * 128 + n for signal n, as shells have it.
 */

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
  const told = systemReason(error)
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

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'no permission; check whose it is, or choose another place',
  EPERM: 'no permission; check whose it is, or choose another place',
  EROFS: 'a place that can only be read; choose another',
  ENOSPC: 'a full disk; make room',
  EDQUOT: 'that your share of the disk is used up; make room',
  ENOENT: 'no such file or folder; check the path',
  ENOTDIR: 'a file where a folder is needed; check the path',
  EISDIR: 'a folder where a file is needed; check the path',
  EMFILE: 'too many open files; raise the limit (ulimit -n)',
  ENFILE: 'too many open files on this machine; close some programs',
  ENOMEM: 'too little memory; close other programs, or take a smaller picture or pack',
  ENAMETOOLONG: 'a name that is too long for the file system; choose a shorter one',
  ELOOP: 'links that lead in a circle; check the path',
}

/** What the system said, in our words, where nobody nearer to it has; undefined for errors of another kind. */
function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || isOurs(error)) return undefined
  const { code, path, syscall } = error as NodeJS.ErrnoException
  if (code !== undefined && syscall !== undefined && code in ADVICE) {
    return `${path ?? syscall}: expected to be able to work there, found ${ADVICE[code]} (${code})`
  }
  if (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    /array buffer allocation failed|invalid typed array length|out of memory|bad_alloc/iu.test(error.message)
  ) {
    return `expected enough memory, found too little (${error.message}); close other programs, or take a smaller picture or pack`
  }
  return undefined
}

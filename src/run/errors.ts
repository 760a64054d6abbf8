/** Errors of run folders, one line each. */

import { CheckpointError } from '../checkpoint/errors.ts'
import { systemReason, type Use } from '../checkpoint/system-error.ts'
import { RephotoError } from '../error.ts'

/** A run folder that cannot be made, read or continued. Names and values in it are a stranger's: none can break the line. */
export class RunFolderError extends RephotoError {
  override readonly name: string = 'RunFolderError'

  constructor(message: string, options?: ErrorOptions) {
    super(shortened(message), options)
  }
}

/** A folder that somebody else works on at this moment. */
export class FolderInUseError extends RunFolderError {
  override readonly name: string = 'FolderInUseError'
}

/** Does file work; when the system refuses, says in one line which path and why, and what to do. */
export function atPath<T>(path: string, action: () => T, use: Use = 'write'): T {
  try {
    return action()
  } catch (cause) {
    throw refused(path, cause, use)
  }
}

/** The error that says why a path could not be read or written; errors of our own are passed on. */
export function refused(path: string, cause: unknown, use: Use = 'write'): Error {
  if (cause instanceof RunFolderError || cause instanceof CheckpointError) return cause
  const reason = systemReason(cause, use) ?? (cause instanceof Error ? cause.message : String(cause))
  return new RunFolderError(`${path}: ${reason}`, { cause })
}

/** Nobody reads more; the path, at the beginning, and what to do, at the end, both stay. */
const LONGEST = 1200

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST / 2)} … ${text.slice(-LONGEST / 2)}`
}

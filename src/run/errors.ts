/** Errors of run folders, one line each. */

import { CheckpointError } from '../checkpoint/errors.ts'
import { systemReason, type Use } from '../checkpoint/system-error.ts'
import { memoryProblem } from '../engine/memory.ts'
import { RephotoError } from '../error.ts'
import { cutMiddle, oneLine } from '../text/visible.ts'

/** Nobody reads more; the path, at the beginning, and what to do, at the end, both stay. */
const LONGEST = 1200

/** A run folder that cannot be made, read or continued. Names and values in it are a stranger's: none can break the line. */
export class RunFolderError extends RephotoError {
  override readonly name: string = 'RunFolderError'

  constructor(message: string, options?: ErrorOptions) {
    super(cutMiddle(oneLine(cutMiddle(message, LONGEST)), LONGEST), options)
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
  const system = systemReason(cause, use)
  const memory = system === undefined ? memoryProblem(cause) : undefined
  if (memory) return memory
  const reason = system ?? (cause instanceof Error ? cause.message : String(cause))
  return new RunFolderError(`${path}: ${reason}`, { cause })
}

/** Errors of run folders, one line each. */
import { CheckpointError } from '../checkpoint/errors.ts'

/** A run folder that cannot be made, read or continued. */
export class RunFolderError extends Error {
  override readonly name = 'RunFolderError'
}

/** Does file work; when the system refuses, says in one line which path and why, and what to do. */
export function atPath<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (cause instanceof RunFolderError || cause instanceof CheckpointError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new RunFolderError(`${path}: ${code === undefined ? message : reason(code, message)}`, { cause })
  }
}

function reason(code: string, message: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `expected a place that can be written, found no permission (${code}); choose another with --out`
    case 'ENOSPC':
    case 'EDQUOT':
      return `expected free space, found a full disk (${code}); make room, then continue with rephoto resume`
    case 'ENOTDIR':
    case 'EEXIST':
      return `expected a folder, found a file there (${code}); choose another with --out`
    case 'ENOENT':
      return 'expected a file of a run here, found none'
    default:
      return message.split('\n')[0] ?? code
  }
}

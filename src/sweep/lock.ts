/** The lock of a sweep folder (run/lock.ts): one sweep at a time works on it. */
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath, FolderInUseError } from '../run/errors.ts'
import { lockFolder } from '../run/lock.ts'
import { SweepError } from './error.ts'

/**
 * Locks a sweep folder, and makes it where it is missing.
 *
 * @returns unlocks it
 * @throws SweepError when another living process holds it
 */
export function lockSweep(folder: string): () => void {
  atPath(folder, () => makeFolders(folder))
  try {
    const lock = lockFolder(folder, 'sweep')
    return () => lock.release()
  } catch (cause) {
    if (cause instanceof FolderInUseError) throw new SweepError(cause.message, { cause })
    throw cause
  }
}

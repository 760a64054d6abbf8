/** How much room a run takes, and how it is removed. */
import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isTemporary } from '../checkpoint/atomic.ts'
import { atPath } from '../run/errors.ts'
import { isRunsOwn, runName } from '../run/folder.ts'
import { lockFolder } from '../run/lock.ts'

/** Bytes of a folder's parts. */
export interface Room {
  readonly total: number
  readonly frames: number
  readonly pictures: number
  /** From which an unfinished run continues. */
  readonly state: number
}

/** Bytes that a run takes; links count as themselves. */
export function roomOf(folder: string): Room {
  const sizes = { total: 0, frames: 0, pictures: 0, state: 0 }
  const walk = (path: string, top: string): void => {
    for (const entry of atPath(path, () => readdirSync(path, { withFileTypes: true }), 'read')) {
      const here = top || entry.name
      if (entry.isDirectory()) walk(join(path, entry.name), here)
      else {
        const { size } = lstatSync(join(path, entry.name))
        sizes.total += size
        if (here === runName.frames) sizes.frames += size
        else if (entry.name === runName.state) sizes.state += size
        else if (/\.(?:png|jpe?g|webp)$/u.test(entry.name)) sizes.pictures += size
      }
    }
  }
  walk(folder, '')
  return sizes
}

/**
 * Removes a run: what a run writes into its folder, and the folder, where nothing else is in it.
 *
 * @returns names that were left, because no run made them
 * @throws FolderInUseError while somebody works on it
 */
export function removeRun(folder: string): readonly string[] {
  // Whoever works on it holds the lock; taking it is the proof that nobody does.
  const lock = lockFolder(folder, 'run')
  const left: string[] = []
  try {
    for (const entry of atPath(folder, () => readdirSync(folder, { withFileTypes: true }), 'read')) {
      const { name } = entry
      if (name === runName.lock) continue
      const isFrames = name === runName.frames && entry.isDirectory()
      if (isFrames || isTemporary(name) || (!entry.isDirectory() && isRunsOwn(name)))
        atPath(join(folder, name), () => rmSync(join(folder, name), { recursive: isFrames }))
      else left.push(name)
    }
  } finally {
    lock.release()
  }
  if (left.length === 0) atPath(folder, () => rmdirSync(folder))
  return left
}

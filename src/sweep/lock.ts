/**
 * The lock of a sweep folder: a file that only one process can make. It holds the maker's process id and host; a lock
 * whose maker is gone (killed) is taken over, and of two that try that at once only one can succeed.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { atPath } from '../run/errors.ts'
import { makeFolders } from '../run/folder.ts'
import { SweepError } from './error.ts'
import { sweepFile } from './folder.ts'

/** Locks of this process. */
const held = new Set<string>()

/**
 * Locks a sweep folder.
 *
 * @returns unlocks it
 * @throws SweepError when another living process holds it
 */
export function lockSweep(folder: string): () => void {
  const path = resolve(sweepFile.lock(folder))
  atPath(folder, () => makeFolders(folder))
  for (let attempt = 0; attempt < 5; attempt++) {
    if (tryMake(path)) {
      held.add(path)
      return () => {
        held.delete(path)
        rmSync(path, { force: true })
      }
    }
    const holder = readHolder(path)
    if (holder === undefined) continue
    if (isAlive(holder, path)) {
      throw new SweepError(
        `${folder}: expected a sweep that nobody works on, found process ${holder.pid} on ${holder.host} at it; wait for it, or choose another folder with --out`,
      )
    }
    // Renaming takes the lock away from all others; should it not be the dead one's any more, somebody was faster.
    const aside = `${path}.${process.pid}.tmp`
    try {
      renameSync(path, aside)
    } catch {
      continue
    }
    const taken = readHolder(aside)
    if (taken && taken.pid !== holder.pid && isAlive(taken, path)) renameSync(aside, path)
    else rmSync(aside, { force: true })
  }
  throw new SweepError(`${path}: expected to get the lock, found others trying too; start again`)
}

interface Holder {
  readonly pid: number
  readonly host: string
}

/** A link appears with its content or not at all: a lock is never empty. */
function tryMake(path: string): boolean {
  return atPath(path, () => {
    const own = `${path}.${process.pid}.new.tmp`
    writeFileSync(own, JSON.stringify({ pid: process.pid, host: hostname() }))
    try {
      linkSync(own, path)
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      rmSync(own, { force: true })
    }
  })
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** Processes of another host count as alive: nothing here can tell. One of our own number may have had it before us. */
function isAlive({ pid, host }: Holder, path: string): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return held.has(path)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Who makes which run, where several hosts share a sweep's folder: whoever holds the lock `claims/<run>/lock` (run/lock.ts), with
 * the signs of life by which other hosts tell that it is gone.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath, FolderInUseError, RunFolderError } from '../run/errors.ts'
import { folderInside } from '../run/inside.ts'
import { type Holder, lockFolder, workerAt } from '../run/lock.ts'
import { SweepError } from './error.ts'

/** Claims a run. @returns what gives it back; undefined where another process makes it */
export function claimRun(folder: string, name: string): (() => void) | undefined {
  const place = folderInside(folder, `claims/${name}`)
  try {
    atPath(place, () => makeFolders(place))
    const lock = lockFolder(place, 'run')
    return () => lock.release()
  } catch (error) {
    if (error instanceof FolderInUseError) return undefined
    // Taken away by a task that found everything done.
    if (error instanceof RunFolderError && !existsSync(place)) return undefined
    throw error
  }
}

/** A process that makes a run as a task; undefined where none does. */
export function taskAtWork(folder: string): (Holder & { readonly run: string }) | undefined {
  const claims = join(folder, 'claims')
  if (!existsSync(claims)) return undefined
  for (const run of atPath(claims, () => readdirSync(claims))) {
    const holder = workerAt(folderInside(folder, `claims/${run}`))
    if (holder) return { ...holder, run }
  }
  return undefined
}

/** Throws while tasks are at work: they and a sweep of this process would make the same runs. */
export function refuseTasks(folder: string): void {
  const task = taskAtWork(folder)
  if (!task) return
  throw new SweepError(
    `${folder}: expected a sweep that nobody works on, found a task at ${task.run}, process ${task.pid} on ${task.host}; wait for it, or join in with --task`,
  )
}

/** Takes the folders of claims away when there is nothing left to claim. */
export function clearClaims(folder: string): void {
  const claims = join(folder, 'claims')
  if (taskAtWork(folder) === undefined) atPath(claims, () => rmSync(claims, { recursive: true, force: true }))
}

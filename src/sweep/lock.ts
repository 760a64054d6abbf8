/**
 * The lock of a sweep folder: a folder `lock` with one file, whose name says whose it is (process id, a number that is never
 * used twice, host). Only one process can make it, and a lock whose maker is gone (killed) is taken over.
 *
 * The name is what makes both safe: a folder is made beside its place with the file in it and renamed there, which fails
 * where one is; and a dead one's file is renamed to the own name, which fails for all but the first, because the old name
 * is gone. Had the file one name for everybody, a slow process could take away the new lock where it had seen the old.
 * Not the proper-lockfile package: it tells the dead by the time of their last sign of life, which a long computation or a
 * suspended machine fails to give, and removes their lock by a name that is everybody's.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { atPath } from '../run/errors.ts'
import { makeFolders } from '../run/folder.ts'
import { SweepError } from './error.ts'
import { sweepFile } from './folder.ts'

/** Names of the locks of this process. */
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
  const own = `${process.pid}.${randomUUID()}.${encodeURIComponent(hostname())}`
  for (let attempt = 0; attempt < 5; attempt++) {
    if (!tryMake(path, own)) {
      const holder = holderAt(path)
      if (holder === undefined) continue
      if (isAlive(holder)) {
        throw new SweepError(
          `${folder}: expected a sweep that nobody works on, found process ${holder.pid} on ${holder.host} at it; wait for it, or choose another folder with --out`,
        )
      }
      if (!tryTakeOver(path, holder, own)) continue
    }
    held.add(own)
    return () => {
      held.delete(own)
      rmSync(join(path, own), { force: true })
      removeEmpty(path)
    }
  }
  throw new SweepError(
    `${path}: expected to get the lock, found others trying too; start again, or remove it if nobody is at work`,
  )
}

interface Holder {
  readonly pid: number
  readonly host: string
  /** Of the file; undefined for the lock of an earlier version, which was a file itself. */
  readonly name?: string
}

/** What a rename onto a lock that is there says; Windows says something else. */
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', ...(process.platform === 'win32' ? ['EPERM', 'EACCES'] : [])])

function tryMake(path: string, own: string): boolean {
  const fresh = `${path}.${own}.tmp`
  return atPath(path, () => {
    mkdirSync(fresh)
    try {
      writeFileSync(join(fresh, own), '')
      renameSync(fresh, path)
      return true
    } catch (error) {
      if (TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) return false
      throw error
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  })
}

function tryTakeOver(path: string, { name }: Holder, own: string): boolean {
  return atPath(path, () => {
    try {
      if (name !== undefined) {
        renameSync(join(path, name), join(path, own))
        return true
      }
      // This takes a file away and never a folder: not the lock of somebody who was faster.
      unlinkSync(path)
    } catch (error) {
      if (!['ENOENT', 'EISDIR', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    return false
  })
}

/** Who holds the lock; undefined when nobody does any more. */
function holderAt(path: string): Holder | undefined {
  try {
    for (const name of readdirSync(path)) {
      const [pid, , ...host] = name.split('.')
      if (host.length > 0) return { pid: Number(pid), host: decodeURIComponent(host.join('.')), name }
    }
    removeEmpty(path)
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return undefined
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** A lock that is being given back is an empty folder for a moment, and for longer when its holder was killed in it. */
function removeEmpty(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Gone, or somebody else's by now.
  }
}

/** Processes of another host count as alive: nothing here can tell. One of our own number may have had it before us. */
function isAlive({ pid, host, name }: Holder): boolean {
  if (host !== hostname()) return true
  if (pid === process.pid) return name !== undefined && held.has(name)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

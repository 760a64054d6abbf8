/**
 * The lock of a folder of a run or a sweep: a folder `lock` with one file, whose name says whose it is (process id, a number that
 * is never used twice, place and start of the process, host). Only one process can make it, and a lock whose maker is gone
 * (killed) is taken over.
 *
 * The name is what makes both safe: a folder is made beside its place with the file in it and renamed there, which fails
 * where one is; and a dead one's file is renamed to the own name, which fails for all but the first, because the old name
 * is gone. Had the file one name for everybody, a slow process could take away the new lock where it had seen the old.
 *
 * Who is gone is told by the process itself where it can be seen from here. Of other hosts and containers nothing is seen, so
 * every holder writes to its file every ten seconds, from a thread that no computation holds up; a minute without is a process that is
 * gone, or a machine that is suspended: a holder that wakes up finds its name gone (`isHeld`) and stops. Times are compared with that
 * of a file that was written just now beside it, for clocks of hosts differ.
 * Not the proper-lockfile package: it tells all the dead by time, and removes their lock by a name that is everybody's.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { atPath, FolderInUseError } from './errors.ts'
import { lookAtPlace } from './inside.ts'
import { ownProcess, type ProcessIdentity, standingOfProcess } from './process-identity.ts'
import { startBeat } from './sign-of-life.ts'

/** A lock that this process holds. */
export interface FolderLock {
  /** False once another process has taken it over, having seen no sign of life for a minute. */
  isHeld(): boolean
  release(): void
}

/** Who is at a folder. */
export interface Holder extends ProcessIdentity {
  /** Seconds since its last sign of life; undefined for a lock of an earlier version, which gives none. */
  readonly silent: number | undefined
  /** Seconds of silence after which it is taken for gone. */
  readonly patience: number
}

/** A holder that nothing is known of but this is taken for gone. */
const STALE_SECONDS = 60

/** Names of the locks of this process. */
const held = new Set<string>()

/**
 * Locks a folder, which must be there.
 *
 * @param what the folder is, for the message
 * @throws FolderInUseError when another living process holds it
 */
export function lockFolder(folder: string, what: 'run' | 'sweep' | 'chain' | 'cache'): FolderLock {
  lookAtPlace(folder, 'lock')
  const path = join(folder, 'lock')
  const own = ownName()
  for (let attempt = 0; attempt < 5; attempt++) {
    const now = tryMake(path, own)
    if (now !== undefined) {
      const holder = holderAt(path, now)
      if (holder === undefined) continue
      if (isAtWork(holder)) throw inUse(folder, what, holder)
      if (!tryTakeOver(path, holder, own)) continue
    }
    return holding(path, own)
  }
  throw new FolderInUseError(
    `${path}: expected to get the lock, found others trying too; start again, or remove it if nobody is at work`,
  )
}

/** Who works on a folder at this moment; undefined when nobody does. For readers: takes nothing. */
export function workerAt(folder: string): Holder | undefined {
  lookAtPlace(folder, 'lock')
  const holder = holderAt(join(folder, 'lock'), Date.now(), false)
  return holder && isAtWork(holder) ? holder : undefined
}

/** The error that says who is at work. */
export function inUse(folder: string, what: string, { pid, host, silent, patience }: Holder): FolderInUseError {
  const known = silent === undefined ? '' : ` (its last sign of life ${Math.max(0, Math.round(silent))} s ago)`
  const todo =
    silent === undefined
      ? `wait for it, or remove ${join(folder, 'lock')} if it is gone`
      : `wait for it; if it was killed, start again in ${Math.max(1, Math.ceil(patience - silent))} s`
  return new FolderInUseError(
    `${folder}: expected a ${what} that nobody works on, found process ${pid} on ${host} at it${known}; ${todo}`,
  )
}

function holding(path: string, own: string): FolderLock {
  held.add(own)
  const file = join(path, own)
  const stop = startBeat(file)
  return {
    isHeld: () => existsSync(file),
    release() {
      stop()
      held.delete(own)
      try {
        rmSync(file, { force: true })
      } catch {
        // A place that became read-only keeps it; it goes stale.
      }
      removeEmpty(path)
    },
  }
}

function ownName(): string {
  const { pid, host, place, started } = ownProcess()
  return `${pid}.${randomUUID()}.${place ?? NO_PLACE}-${started ?? 0}.${encodeURIComponent(host)}`
}

const NO_PLACE = '0'.repeat(16)

function identityIn(name: string): ProcessIdentity | undefined {
  const [, pid, place, started, host] = /^(\d+)\.[^.]*\.(?:([\da-f]{16})-(\d+)\.)?(.+)$/u.exec(name) ?? []
  if (pid === undefined || host === undefined) return undefined
  const told = place !== undefined && place !== NO_PLACE
  return { pid: Number(pid), host: decoded(host), ...(told && { place, started }) }
}

function decoded(host: string): string {
  try {
    return decodeURIComponent(host)
  } catch {
    return host
  }
}

/** What a rename onto a lock that is there says; Windows says something else. */
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', ...(process.platform === 'win32' ? ['EPERM', 'EACCES'] : [])])

/** @returns undefined when the lock is ours; else what time it is where the folder lies, ms */
function tryMake(path: string, own: string): number | undefined {
  const fresh = `${path}.${own}.tmp`
  return atPath(path, () => {
    mkdirSync(fresh)
    let now = Date.now()
    try {
      writeFileSync(join(fresh, own), '.')
      now = statSync(join(fresh, own)).mtimeMs
      renameSync(fresh, path)
      return undefined
    } catch (error) {
      if (TAKEN.has((error as NodeJS.ErrnoException).code ?? '')) return now
      throw error
    } finally {
      rmSync(fresh, { recursive: true, force: true })
    }
  })
}

interface Found extends Holder {
  /** Of the file; undefined for the lock of an earlier version, which was a file itself. */
  readonly name?: string
}

function tryTakeOver(path: string, { name }: Found, own: string): boolean {
  return atPath(path, () => {
    try {
      if (name !== undefined) {
        // First a sign of life: the moment it bears our name, nobody may find it silent.
        touch(join(path, name))
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

/** Writing, and not utimes(): then the time is that of the machine whose disk it is. */
function touch(path: string): void {
  const file = openSync(path, 'r+')
  try {
    writeSync(file, '.', 0)
  } finally {
    closeSync(file)
  }
}

/** Who holds the lock; undefined when nobody does any more. @param clear whether an empty lock is removed */
function holderAt(path: string, now: number, clear = true): Found | undefined {
  try {
    for (const name of readdirSync(path)) {
      const identity = identityIn(name)
      if (!identity) continue
      const silent = silence(join(path, name), now)
      return silent === null ? undefined : { ...identity, name, silent, patience: STALE_SECONDS }
    }
    if (clear) removeEmpty(path)
    return undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTDIR') return undefined
  }
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as { pid?: unknown; host?: unknown }
    if (Number.isSafeInteger(pid) && typeof host === 'string')
      return { pid: pid as number, host, silent: undefined, patience: STALE_SECONDS }
  } catch {
    // Said below: a file that is no lock was left by nobody.
  }
  return { pid: -1, host: '', silent: undefined, patience: STALE_SECONDS }
}

/**
 * Seconds since a lock's last sign of life; undefined for one that gives none: it is empty; null: it is gone. The file is opened, for
 * what caches of network file systems say of a closed one is old.
 */
function silence(file: string, now: number): number | undefined | null {
  let fd: number | undefined
  try {
    fd = openSync(file, 'r')
    const { size, mtimeMs } = fstatSync(fd)
    return size === 0 ? undefined : (now - mtimeMs) / 1000
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 0
  } finally {
    if (fd !== undefined) closeSync(fd)
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

/** Where only signs of life can tell, and none are given, it is at work: except one of our own number, which had it before us. */
function isAtWork(holder: Found): boolean {
  if (holder.pid < 0) return false
  if (holder.name !== undefined && held.has(holder.name)) return true
  const own = ownProcess()
  const isOwnNumber = holder.pid === own.pid && holder.host === own.host && (holder.place ?? own.place) === own.place
  const standing = standingOfProcess(holder)
  // Of this very process: held by another of its threads, or by one that is gone.
  if (standing === 'alive' && !isOwnNumber) return true
  if (standing === 'gone') return false
  return holder.silent === undefined ? !isOwnNumber : holder.silent < STALE_SECONDS
}

/**
 * A file that appears whole or not at all: written beside its place under another name, flushed to the disk, renamed. A link in
 * its place is replaced, not followed.
 * Not the write-file-atomic package: a network of a gigabyte is written piece by piece, and that package follows links.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { CheckpointError } from './errors.ts'
import { makeFolders } from './folders.ts'
import { isSystemError, systemReason } from './system-error.ts'

let counter = 0

/**
 * Writes a file. A link at its place is replaced, never followed.
 *
 * @param options `exclusive`: a file that is there already, even since a moment, is an error (EEXIST)
 */
export function writeAtomically(
  path: string,
  fill: (write: (bytes: Uint8Array) => void) => void,
  { exclusive = false }: { readonly exclusive?: boolean } = {},
): void {
  const temporary = temporaryName(path)
  let fd: number | undefined
  try {
    makeFolders(dirname(path))
    fd = openSync(temporary, 'wx')
    const file = fd
    fill((bytes) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done)
    })
    fsyncSync(fd)
    closeSync(fd)
    fd = undefined
    if (exclusive) place(temporary, path)
    else renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    try {
      rmSync(temporary, { force: true })
    } catch {
      // What keeps it from being removed is what kept it from being written, which is said.
    }
    if (error instanceof CheckpointError || !isSystemError(error)) throw error
    throw new CheckpointError(path, `cannot be written: ${systemReason(error) ?? error.message}`)
  }
}

/** A name beside a path that nobody else uses; what a kill leaves under it, `sweepTemporary` takes away. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}.${counter++}.tmp`
}

/** Names that this program gives to what is not whole yet: files here, locks, and pictures as earlier versions named them. */
const TEMPORARY = /\.(\d+)\.\d+\.tmp$|^lock\.(\d+)\.[\da-f-]+\..*\.tmp$|^(?:\d{4,}|[a-z-]+)\.png\.\d{5,}$/u

/** Whether a name is one of a file or folder that is not whole yet. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name)
}

/** A temporary file of a living process that is older than this is no longer being written: its number is another's. */
const TEMPORARY_MS = 10 * 60_000

/** Removes from a folder (not from those in it) what killed processes left half written. A link's target is never touched. */
export function sweepTemporary(folder: string): void {
  for (const name of names(folder)) {
    const match = TEMPORARY.exec(name)
    if (match === null) continue
    const path = join(folder, name)
    const pid = Number(match[1] ?? match[2] ?? Number.NaN)
    if (!Number.isNaN(pid) && pid !== process.pid && isRunning(pid) && isRecent(path)) continue
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // It costs some room, and nothing else.
    }
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isRecent(path: string): boolean {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < TEMPORARY_MS
}

/** Whether a process of this number lives here, be it another's. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Renames without replacing: a hard link is refused where the name is taken. Some file systems have none. */
function place(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') throw error
    copyFileSync(temporary, path, constants.COPYFILE_EXCL)
  }
  rmSync(temporary)
}

/** The rename itself must reach the disk too. Folders cannot be opened on Windows, where it is not needed. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  let fd: number | undefined
  try {
    fd = openSync(folder, 'r')
    fsyncSync(fd)
  } catch {
    // Some network file systems refuse it, and some folders may be written and not read; the file itself was flushed.
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

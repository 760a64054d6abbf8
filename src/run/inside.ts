/**
 * The one door to the files of a folder that people pass on: of runs and of sweeps. A stranger may have put links into it, and
 * nothing there is followed out of it: neither read (a report would carry the target away) nor written nor deleted. The folder
 * itself may be a link: its user named it.
 *
 * Names are relative to the folder, with slashes. What is no plain file (a pipe would be waited for, a device read for ever) is
 * refused like a link.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  rmSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../checkpoint/atomic.ts'
import { isSystemError, type Use } from '../checkpoint/system-error.ts'
import { atPath, RunFolderError } from './errors.ts'

/** Windows knows neither; there the look before the opening has to do. */
const NO_FOLLOW = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Bytes of a small text file (manifest, config, metrics) that are read: a hundred times what an honest one has. */
export const MOST_TEXT_BYTES = 8 << 20

/**
 * The path of a file in a folder, looked at on its way: all folders below are folders, and the last is a plain file or not there.
 *
 * @throws RunFolderError where one of them is a link, or the last something else
 */
export function inside(folder: string, name: string): string {
  const last = lookAt(folder, name)
  const path = join(folder, name)
  if (last && !last.isFile()) throw notAFile(path, last)
  return path
}

/** Whether a folder has a file of this name. @throws RunFolderError where it is a link or something else */
export function isInside(folder: string, name: string): boolean {
  const last = lookAt(folder, name)
  if (last && !last.isFile()) throw notAFile(join(folder, name), last)
  return last !== undefined
}

/** The path of a folder in a folder; it may be missing. @throws RunFolderError where it is a link or a file */
export function folderInside(folder: string, name: string): string {
  const last = lookAt(folder, name)
  const path = join(folder, name)
  if (last?.isDirectory() === false) throw new RunFolderError(`${path}: expected a folder, found ${kind(path, last)}`)
  return path
}

/** Names in a folder of a folder, sorted; none where it is missing. */
export function namesInside(folder: string, name: string): string[] {
  const path = folderInside(folder, name)
  return atPath(path, () => {
    try {
      return readdirSync(path).sort()
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') return []
      throw error
    }
  })
}

/** Makes a folder in a folder. */
export function makeInside(folder: string, name: string): void {
  const path = folderInside(folder, name)
  atPath(path, () => mkdirSync(path, { recursive: true }))
}

/** Removes a file in a folder; a link in its place goes, and its target stays. Folders on the way must be folders. */
export function removeInside(folder: string, name: string): void {
  lookAt(folder, name, true)
  const path = join(folder, name)
  atPath(path, () => rmSync(path, { force: true }))
}

/** Writes a file of a folder, whole or not at all. */
export function writeInside(folder: string, name: string, bytes: Uint8Array | string): void {
  const path = inside(folder, name)
  const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  atPath(path, () => writeAtomically(path, (write) => write(content)))
}

/**
 * Opens a file of a folder.
 *
 * @param flags as of open(2), such as constants.O_RDWR
 */
export function openInside(folder: string, name: string, flags: number, use: Use = 'write'): number {
  const path = inside(folder, name)
  return atPath(
    path,
    () => {
      const file = openSync(path, flags | NO_FOLLOW, 0o666)
      const stats = fstatSync(file)
      if (stats.isFile()) return file
      closeSync(file)
      throw notAFile(path, stats)
    },
    use,
  )
}

/**
 * Reads a file of a folder.
 *
 * @param most bytes that are read; a larger file is refused before memory is spent on it
 */
export function readInside(folder: string, name: string, most: number): Buffer {
  const file = openInside(folder, name, constants.O_RDONLY, 'read')
  const path = join(folder, name)
  try {
    return atPath(path, () => readAll(file, path, most), 'read')
  } finally {
    closeSync(file)
  }
}

function readAll(file: number, path: string, most: number): Buffer {
  const { size } = fstatSync(file)
  if (size > most)
    throw new RunFolderError(`${path}: expected at most ${most} bytes, found ${size}; restore it from a copy`)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  while (at < size) {
    const read = readSync(file, bytes, at, size - at, at)
    if (read === 0) break
    at += read
  }
  return bytes.subarray(0, at)
}

/** Refuses a link in the place of something that may be a file or a folder. */
export function lookAtPlace(folder: string, name: string): void {
  lookAt(folder, name)
}

/** @param replaces whether the last may be a link, because it is about to go */
function lookAt(folder: string, name: string, replaces = false): Stats | undefined {
  const parts = name.split('/')
  if (parts.some((part) => part === '' || part === '.' || part === '..' || /[\\\0]/u.test(part))) {
    throw new RunFolderError(`${folder}: expected a name in this folder, found ${JSON.stringify(name)}`)
  }
  let path = folder
  for (const [index, part] of parts.entries()) {
    path = join(path, part)
    const stats = atPath(path, () => lstat(path), 'read')
    const isLast = index === parts.length - 1
    if (stats?.isSymbolicLink() && !(isLast && replaces)) throw notAFile(path, stats)
    if (isLast || stats === undefined) return stats
    if (!stats.isDirectory()) throw new RunFolderError(`${path}: expected a folder, found ${kind(path, stats)}`)
  }
  return undefined
}

function lstat(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    // ENOTDIR: the folder itself is a file; whoever reads in it says so.
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}

function notAFile(path: string, stats: Stats): RunFolderError {
  const todo = stats.isSymbolicLink()
    ? 'nothing in a folder that may be passed on is followed out of it: put the file itself there, or remove the link'
    : 'move it away'
  const expected = stats.isSymbolicLink() ? 'a file or folder of its own' : 'a file or nothing'
  return new RunFolderError(`${path}: expected ${expected}, found ${kind(path, stats)}; ${todo}`)
}

function kind(path: string, stats: Stats): string {
  if (stats.isSymbolicLink()) return `a link${target(path)}`
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFile()) return 'a file'
  return stats.isFIFO() ? 'a pipe' : stats.isSocket() ? 'a socket' : 'a device'
}

function target(path: string): string {
  try {
    return ` to ${readlinkSync(path)}`
  } catch {
    return ''
  }
}

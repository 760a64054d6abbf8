/**
 * A file that appears whole or not at all: written beside its place under another name, flushed to the disk, renamed.
 * Not the write-file-atomic package, because a network of a gigabyte is written piece by piece.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { CheckpointError } from './errors.ts'

let counter = 0

export function writeAtomically(path: string, fill: (write: (bytes: Uint8Array) => void) => void): void {
  const temporary = `${path}.${process.pid}.${counter++}.tmp`
  let fd: number | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    fd = openSync(temporary, 'wx')
    const file = fd
    fill((bytes) => {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done)
    })
    fsyncSync(fd)
    closeSync(fd)
    fd = undefined
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    if (fd !== undefined) closeSync(fd)
    rmSync(temporary, { force: true })
    if (error instanceof CheckpointError || !isSystemError(error)) throw error
    throw new CheckpointError(path, `cannot be written (${error.message})`)
  }
}

/** The rename itself must reach the disk too. Folders cannot be opened on Windows, where it is not needed. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } catch {
    // Some network file systems refuse it; the file itself was flushed.
  } finally {
    closeSync(fd)
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && 'syscall' in error
}

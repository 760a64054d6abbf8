/**
 * Random access to the bytes of a file, a part of a file, or memory. Readers take this instead of a path, so that a
 * gigabyte file is read in the pieces that are asked for, and a fuzzer can hand over bytes without touching the disk.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { reasonOf } from '../text/visible.ts'
import { CheckpointError } from './errors.ts'
import { systemReason } from './system-error.ts'

export interface ByteSource {
  /** For messages: the file's path, or what part of it. */
  readonly name: string
  readonly size: number
  /** Where this source starts in its file: messages name offsets in the file. */
  readonly base: number
  /** Fills the target from an offset; throws CheckpointError where the bytes don't exist. */
  readInto(offset: number, target: Uint8Array): void
  close(): void
}

export function fileSource(path: string): ByteSource {
  const fd = openFile(path)
  const { size } = fstatSync(fd)
  let open = true
  return {
    name: path,
    size,
    base: 0,
    readInto(offset, target) {
      if (!open) throw new CheckpointError(path, 'read after it was closed', offset)
      checkRange(this, offset, target.length)
      let done = 0
      while (done < target.length) {
        // One read call moves at most 2 GiB.
        const got = readSync(fd, target, done, Math.min(target.length - done, 1 << 30), offset + done)
        if (got === 0) throw new CheckpointError(path, 'the file became shorter while it was read', offset + done)
        done += got
      }
    },
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

function openFile(path: string): number {
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (cause) {
    throw new CheckpointError(path, `cannot be opened: ${systemReason(cause, 'read') ?? reasonOf(cause)}`)
  }
  if (fstatSync(fd).isFile()) return fd
  closeSync(fd)
  throw new CheckpointError(path, 'is not a regular file', undefined, 'give the path of a weight file')
}

export function memorySource(bytes: Uint8Array, name = 'memory'): ByteSource {
  return {
    name,
    size: bytes.length,
    base: 0,
    readInto(offset, target) {
      checkRange(this, offset, target.length)
      target.set(bytes.subarray(offset, offset + target.length))
    },
    close() {},
  }
}

/** A window of another source; closing it leaves the other open. */
export function sliceSource(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source, start, size)
  return {
    name: source.name,
    size,
    base: source.base + start,
    readInto(offset, target) {
      checkRange(this, offset, target.length)
      source.readInto(start + offset, target)
    },
    close() {},
  }
}

export function readBytes(source: ByteSource, offset: number, length: number): Uint8Array {
  // Checked before allocating: a length field of a hostile file must not decide how much memory is asked for.
  checkRange(source, offset, length)
  const bytes = new Uint8Array(length)
  source.readInto(offset, bytes)
  return bytes
}

function checkRange(source: ByteSource, offset: number, length: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= source.size) return
  const where = source.base + offset
  throw new CheckpointError(
    source.name,
    `${length} bytes expected but only ${Math.max(0, source.size - offset)} left`,
    where,
    'the file is truncated or damaged',
  )
}

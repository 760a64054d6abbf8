/**
 * What the process of a run writes, native libraries included, in the log of the run that it is at. A process makes
 * several runs and has two streams, so it ends each run with a mark in both: what came before belongs to that run,
 * however late it is read. The marks themselves are left out.
 */
import { closeSync, constants, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath } from '../run/errors.ts'
import { folderInside, openInside } from '../run/inside.ts'
import { visible } from '../text/visible.ts'

/** A log that is being written. */
export interface RunLog {
  readonly path: string
  write(bytes: Uint8Array): void
  close(): void
}

/**
 * Opens the log of a run, behind what an earlier attempt said.
 *
 * @param failed hears why it can't be written any more (a full disk); the run goes on without it
 */
export function openLog(path: string, failed: (message: string) => void): RunLog {
  // A log is read on a terminal: what native libraries say of hostile files must not be obeyed there.
  const decoder = new TextDecoder()
  const logs = folderInside(dirname(dirname(path)), basename(dirname(path)))
  atPath(path, () => makeFolders(logs))
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND
  let file: number | undefined = openInside(logs, basename(path), flags)
  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  return {
    path,
    write(raw) {
      const bytes = Buffer.from(visible(decoder.decode(raw, { stream: true })))
      for (let at = 0; file !== undefined && at < bytes.length; ) {
        try {
          at += writeSync(file, bytes, at)
        } catch (error) {
          close()
          failed(`${path}: the rest of what this run says is lost (${(error as Error).message})`)
        }
      }
    },
    close,
  }
}

/** A stream that is cut at marks. */
export interface Cutter {
  take(chunk: Buffer): void
  /** The stream has ended: what was held back, because it could have become a mark, is none. */
  end(): void
}

/** Passes on what a stream brings, and tells of every mark in its place. */
export function cutAtMarks(mark: Buffer, pass: (bytes: Buffer) => void, marked: () => void): Cutter {
  let held = Buffer.alloc(0)
  const passSome = (bytes: Buffer) => {
    if (bytes.length > 0) pass(bytes)
  }
  return {
    take(chunk) {
      let rest = Buffer.concat([held, chunk])
      for (let at = rest.indexOf(mark); at >= 0; at = rest.indexOf(mark)) {
        passSome(rest.subarray(0, at))
        marked()
        rest = rest.subarray(at + mark.length)
      }
      const whole = rest.length - halfMark(rest, mark)
      passSome(rest.subarray(0, whole))
      held = rest.subarray(whole)
    },
    end() {
      passSome(held)
      held = Buffer.alloc(0)
    },
  }
}

/** How many bytes at the end may be the beginning of a mark. */
function halfMark(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length
  }
  return 0
}

/**
 * Files that are of no use without each other (a page and its tables, a set of pictures and its list): all are written aside first, into
 * a folder with a temporary name beside their places, and only then renamed, which needs no room on the disk. A disk that fills up leaves
 * nothing of them, and what a kill leaves is swept by whoever writes there next.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sweepTemporary, syncFolder, temporaryName, writeAtomically } from '../checkpoint/atomic.ts'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath } from './errors.ts'
import { folderInside, inside } from './inside.ts'

/** Files that come into their places together. */
export interface Together {
  /** Writes a file aside. @param name in the folder, with slashes */
  write(name: string, content: Uint8Array | string): void
  /** Puts all into their places, in the order in which they were written. */
  commit(): void
  /** Takes back what was written aside; nothing after commit(). */
  discard(): void
}

/** Begins; the folder is made where it is missing. */
export function writeTogether(folder: string): Together {
  atPath(folder, () => makeFolders(folder))
  sweepTemporary(folder)
  const aside = temporaryName(join(folder, 'writing'))
  atPath(folder, () => mkdirSync(aside))
  const names: string[] = []
  const discard = () => {
    try {
      rmSync(aside, { recursive: true, force: true })
    } catch {
      // A place that became read-only keeps it.
    }
  }
  return {
    write(name, content) {
      const path = join(aside, name)
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      // The place that it will have is the one to name.
      atPath(join(folder, name), () => writeAtomically(path, (write) => write(bytes)))
      names.push(name)
    },
    commit() {
      for (const name of names) {
        const above = dirname(name)
        if (above !== '.') atPath(folder, () => makeFolders(folderInside(folder, above)))
        const place = inside(folder, name)
        atPath(place, () => renameSync(join(aside, name), place))
        syncFolder(dirname(place))
      }
      discard()
    },
    discard,
  }
}

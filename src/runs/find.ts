/** Finds the runs below some folders. */
import { readdirSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { atPath, RunFolderError } from '../run/errors.ts'
import { reasonOf } from '../text/visible.ts'
import { type RunEntry, readEntry } from './entry.ts'

/** Folders below a given one: reports, a sweep in it, its runs, a run. */
const DEEPEST = 5

/** What was found. */
export interface FoundRuns {
  /** By folder. */
  readonly runs: readonly RunEntry[]
  /** Of run folders that can't be read: why. */
  readonly problems: readonly string[]
}

/**
 * Runs in folders, and in the folders below them. Links below them are not followed; a run in a run (none makes such) is not found.
 *
 * @param roots folders of runs, or with runs somewhere below
 * @throws RunFolderError for a root that is no folder
 */
export function findRuns(roots: readonly string[]): FoundRuns {
  const folders = new Set<string>()
  for (const root of roots) {
    const place = resolve(root)
    const found = statSync(place, { throwIfNoEntry: false })
    if (!found?.isDirectory())
      throw new RunFolderError(
        `${root}: expected a folder with runs, found ${found ? 'a file' : 'no such folder'}; name one, such as reports`,
      )
    collect(place, DEEPEST, folders)
  }
  const runs: RunEntry[] = []
  const problems: string[] = []
  for (const folder of [...folders].sort()) {
    try {
      runs.push(readEntry(folder))
    } catch (error) {
      // Something else that keeps a manifest.json of its own is no run that is broken.
      if (!(error instanceof RunFolderError && error.message.includes('expected the manifest of a run')))
        problems.push(reasonOf(error))
    }
  }
  return { runs, problems }
}

function collect(folder: string, depth: number, found: Set<string>): void {
  const entries = atPath(folder, () => readdirSync(folder, { withFileTypes: true }), 'read')
  if (entries.some((entry) => entry.isFile() && entry.name === 'manifest.json')) {
    found.add(folder)
    return
  }
  if (depth === 0) return
  for (const entry of entries)
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
      collect(join(folder, entry.name), depth - 1, found)
}

/** A short name of a run: of one of a sweep, the sweep's before its own. */
export function nameOf({ folder, manifest }: Pick<RunEntry, 'folder' | 'manifest'>): string {
  return manifest.sweep ? `${manifest.sweep.name}/${basename(folder)}` : basename(folder)
}

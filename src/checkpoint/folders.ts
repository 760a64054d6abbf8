/** Folders, made where they are missing. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it, level by level: Node's own recursive mkdir never returns where a parent refuses to hold
 * folders, as /proc does, and says ENOENT for a read-only file system.
 *
 * @throws the system's error of the level that couldn't be made
 */
export function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolders(above)
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

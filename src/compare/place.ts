/** Whether a comparison may be written into a folder that the user named. */
import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { claim, OutputError } from '../output.ts'

/** @param force whether an earlier comparison may be replaced @throws OutputError for the folder of a run, whose report is its own */
export function claimComparison(out: string, force: boolean): void {
  const folder = resolve(out)
  if (existsSync(join(folder, 'manifest.json'))) {
    throw new OutputError(`${out}: expected a folder for the comparison, found a run; choose another with --out`)
  }
  const tables = join(folder, 'tables')
  const earlier = existsSync(tables) ? readdirSync(tables).map((name) => join(tables, name)) : []
  for (const path of [join(folder, 'report.html'), join(folder, 'pictures.webp'), ...earlier]) claim(path, [], force)
}

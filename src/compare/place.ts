/** Whether a comparison may be written into a folder that the user named. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { claim, OutputError } from '../output.ts'

/** @param force whether an earlier comparison may be replaced @throws OutputError for the folder of a run, whose report is its own */
export function claimComparison(out: string, force: boolean): void {
  const folder = resolve(out)
  if (existsSync(join(folder, 'manifest.json'))) {
    throw new OutputError(`${out}: expected a folder for the comparison, found a run; choose another with --out`)
  }
  claim(join(folder, 'report.html'), [], force)
}

/** The comparison of a sweep's runs. */
import { compareRuns } from '../compare/compare.ts'
import { readSweep } from '../compare/sweep-file.ts'
import { sweepFile } from './folder.ts'

/**
 * Writes the comparison into the folder of a sweep: report.html and tables/.
 * @returns the page
 */
export async function compareSweep(folder: string): Promise<string> {
  const { page } = await compareRuns({ ...readSweep(sweepFile.sweep(folder)), out: folder })
  return page
}

/** The comparison of a sweep's runs. */

import { readSweep } from '../compare/sweep-file.ts'
import { compareRuns } from '../methods/readers.ts'
import { type SweepIndex, sweepFile } from './folder.ts'

/**
 * Writes the comparison into the folder of a sweep: report.html and tables/.
 * @returns the page
 */
export async function compareSweep(folder: string, { name }: SweepIndex): Promise<string> {
  const listed = readSweep(sweepFile.sweep(folder))
  const { page } = await compareRuns({ ...listed, title: name, out: folder })
  return page
}

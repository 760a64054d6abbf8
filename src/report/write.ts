/** Writes the report of a run: one HTML file that needs nothing else, not even a network. */
import type { Methods } from '../methods/method.ts'
import { runFile, writeText } from '../run/folder.ts'
import { collectReport } from './collect.ts'
import { type ReportOptions, reportPage } from './page.ts'

/**
 * Writes report.html into a run folder, whatever state the run is in.
 *
 * @returns the path of the report
 */
export async function writeReport(folder: string, methods: Methods, options: ReportOptions = {}): Promise<string> {
  const path = runFile.report(folder)
  writeText(path, reportPage(await collectReport(folder, methods), options))
  return path
}

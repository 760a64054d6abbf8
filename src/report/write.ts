/** Writes the report of a run: one HTML file that needs nothing else, not even a network. */
import type { Methods } from '../methods/method.ts'
import { runFile, writeText } from '../run/folder.ts'
import { collectReport } from './collect.ts'
import { reportFilm } from './film.ts'
import { type ReportOptions, reportPage } from './page.ts'

/**
 * Writes report.html into a run folder, whatever state the run is in.
 *
 * @returns the path of the report
 */
export async function writeReport(folder: string, methods: Methods, options: ReportOptions = {}): Promise<string> {
  const path = runFile.report(folder)
  const content = await collectReport(folder, methods)
  const film = options.plots === false ? undefined : await reportFilm(folder, methods, content)
  writeText(path, reportPage(film === undefined ? content : { ...content, film }, options))
  return path
}

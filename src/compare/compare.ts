/** Compares runs: one page that works offline, and the numbers as CSV. */
import { join, resolve } from 'node:path'
import { writeText } from '../run/folder.ts'
import { contentOf } from './content.ts'
import { comparisonPage } from './page.ts'
import { writeSheet } from './sheet.ts'
import { tablesOf } from './tables.ts'
import type { CompareRequest, ComparisonFiles } from './types.ts'

/**
 * Writes `report.html` and `tables/*.csv` into the request's folder, replacing those of an earlier comparison. Runs that
 * are not complete are listed and left out of every number.
 *
 * @throws CompareError when the runs don't fit the conditions, RunFolderError when nothing can be written
 */
export async function compareRuns(request: CompareRequest): Promise<ComparisonFiles> {
  const content = await contentOf(request)
  const out = resolve(request.out)
  const tables = Object.entries(tablesOf(content)).map(([name, text]) => {
    const path = join(out, 'tables', name)
    writeText(path, text)
    return path
  })
  const page = join(out, 'report.html')
  writeText(page, comparisonPage(content, out))
  if (!request.sheet) return { page, tables }
  const sheet = join(out, 'pictures.webp')
  await writeSheet(sheet, content.grid, request)
  return { page, tables, sheet }
}

/** Compares runs: one page that works offline, and the numbers as CSV. */
import { join, resolve } from 'node:path'
import type { Methods } from '../methods/method.ts'
import { writeTogether } from '../run/together.ts'
import { contentOf } from './content.ts'
import { comparisonPage } from './page.ts'
import { sheetOf } from './sheet.ts'
import { tablesOf } from './tables.ts'
import type { CompareRequest, ComparisonFiles } from './types.ts'

/**
 * Writes `report.html` and `tables/*.csv` into the request's folder, replacing those of an earlier comparison: all of them or none. Runs that
 * are not complete are listed and left out of every number.
 *
 * @throws CompareError when the runs don't fit the conditions, RunFolderError when nothing can be written
 */
export async function compareRuns(request: CompareRequest, methods: Methods): Promise<ComparisonFiles> {
  const content = await contentOf(request, methods)
  const out = resolve(request.out)
  const tables = tablesOf(content)
  const sheet = request.sheet ? await sheetOf(content.grid, request) : undefined
  const together = writeTogether(out)
  try {
    for (const [name, text] of Object.entries(tables)) together.write(`tables/${name}`, text)
    if (sheet) together.write('pictures.webp', sheet)
    together.write('report.html', comparisonPage(content, out))
    together.commit()
  } finally {
    together.discard()
  }
  return {
    page: join(out, 'report.html'),
    tables: Object.keys(tables).map((name) => join(out, 'tables', name)),
    ...(sheet ? { sheet: join(out, 'pictures.webp') } : {}),
  }
}

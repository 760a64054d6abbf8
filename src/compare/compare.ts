/** Compares runs: one page that works offline, the numbers as CSV, and a table for papers. */
import { join, resolve } from 'node:path'
import type { Methods } from '../methods/method.ts'
import { writeTogether } from '../run/together.ts'
import { nearest } from '../text/nearest.ts'
import { quote } from '../text/visible.ts'
import { contentOf } from './content.ts'
import type { ComparedMetric } from './metrics.ts'
import { comparisonPage } from './page.ts'
import { sheetOf } from './sheet.ts'
import { tablesOf } from './tables.ts'
import { CompareError, type CompareRequest, type ComparisonFiles } from './types.ts'

/**
 * Writes `report.html`, `tables/*.csv` and `tables/paper.{tex,md}` into the request's folder, replacing those of an earlier comparison: all of them or none. Runs that
 * are not complete are listed and left out of every number.
 *
 * @throws CompareError when the runs don't fit the conditions, RunFolderError when nothing can be written
 */
export async function compareRuns(request: CompareRequest, methods: Methods): Promise<ComparisonFiles> {
  const content = await contentOf(request, methods)
  const out = resolve(request.out)
  const { title, columns } = request
  for (const key of columns ?? []) checkMetric(key, content.metrics)
  const tables = tablesOf({ ...content, title, columns })
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

function checkMetric(key: string, metrics: readonly ComparedMetric[]): void {
  const keys = metrics.map((metric) => metric.key)
  if (keys.includes(key)) return
  const close = nearest(key, keys)
  throw new CompareError(
    `--metrics: expected metrics that the runs have (${keys.slice(0, 12).join(', ')}${keys.length > 12 ? ', …' : ''}), found ${quote(key)}${close === undefined ? '' : `; did you mean ${close}?`}`,
  )
}

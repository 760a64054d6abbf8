/** Runs as a table: for a terminal, Markdown, CSV or JSON. */
import { jsonLinesOf } from '../compare/columns.ts'
import { type CsvCell, csvOf } from '../compare/csv.ts'
import { oneLine } from '../text/visible.ts'
import type { RunEntry } from './entry.ts'
import type { Field, FieldValue } from './fields.ts'

/** What can be made of a table. */
export const tableFormats = ['text', 'md', 'csv', 'json', 'jsonl'] as const
export type TableFormat = (typeof tableFormats)[number]

/** The cells of a table, with all digits. */
export function cellsOf(runs: readonly RunEntry[], fields: readonly Field[]) {
  const head = fields.map(({ key }) => key)
  return { head, rows: runs.map((run) => fields.map((field) => field.of(run))) as readonly (readonly CsvCell[])[] }
}

/** Makes it. Text and Markdown round numbers to what is read; CSV, JSON and JSON Lines have all digits. */
export function tableOf(runs: readonly RunEntry[], fields: readonly Field[], format: TableFormat): string {
  const { head, rows } = cellsOf(runs, fields)
  if (format === 'csv') return csvOf(head, rows)
  if (format === 'jsonl') return jsonLinesOf(head, rows)
  if (format === 'json') {
    const objects = rows.map((row) => Object.fromEntries(row.map((value, i) => [head[i]!, value ?? null])))
    return `${JSON.stringify(objects, null, 2)}\n`
  }
  const cells = [head, ...rows.map((row) => row.map(short))]
  return format === 'md' ? markdown(cells, rows[0] ?? []) : plain(cells, rows[0] ?? [])
}

/** Four digits say which of two runs is better, and a date to the minute when it was. */
function short(value: FieldValue): string {
  if (value === undefined || value === null) return '–'
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}\.\d+Z$/u.exec(String(value)) ?? []
  return day === undefined ? oneLine(String(value)) : `${day} ${time}`
}

function plain([head, ...rows]: readonly (readonly string[])[], sample: readonly FieldValue[]): string {
  const lines = [head!, ...rows]
  const widths = head!.map((_, i) => Math.max(...lines.map((line) => [...line[i]!].length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const room = ' '.repeat(widths[i]! - [...cell].length)
        return typeof sample[i] === 'number' ? room + cell : cell + room
      })
      .join('  ')
      .trimEnd()
  return `${lines.map(line).join('\n')}\n`
}

function markdown([head, ...rows]: readonly (readonly string[])[], sample: readonly FieldValue[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`
  const rule = head!.map((_, i) => (typeof sample[i] === 'number' ? '---:' : '---'))
  return row(head!) + row(rule) + rows.map(row).join('')
}

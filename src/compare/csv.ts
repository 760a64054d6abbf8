/** CSV as RFC 4180 has it, with full precision: the shortest decimals that give the same doubles back. */
import { visible } from '../text/visible.ts'

/** A cell; null, undefined and numbers that aren't finite are empty. */
export type CsvCell = string | number | boolean | null | undefined

/** Text of a table with a head. */
export function csvOf(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('')
}

function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell === 0 ? 0 : cell) : ''
  const text = typeof cell === 'string' ? plainText(cell) : String(cell)
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A decimal number as JSON writes it. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/iu

/**
 * A text that a spreadsheet shows and does not compute: names of runs, conditions and inputs come from others, and a cell that
 * begins with = + - or @ (or blanks before it, or their full-width forms) is a formula to it. An apostrophe in front is how
 * spreadsheets mark text. What a terminal would obey is escaped.
 */
function plainText(cell: string): string {
  const text = visible(cell)
  return /^\s*[\t\n=+\-@＝＋－＠]/u.test(text) && !NUMBER.test(text) ? `'${text}` : text
}

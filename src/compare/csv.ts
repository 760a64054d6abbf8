/** CSV as RFC 4180 has it, with full precision: the shortest decimals that give the same doubles back. */

/** A cell; null, undefined and numbers that aren't finite are empty. */
export type CsvCell = string | number | boolean | null | undefined

/** Text of a table with a head. */
export function csvOf(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(cellText).join(',')}\n`).join('')
}

function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell === 0 ? 0 : cell) : ''
  const text = String(cell)
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Tables for programs: JSON Lines, and Parquet, which keeps the types of columns. */
import { type BasicType, parquetWriteBuffer } from 'hyparquet-writer'
import type { CsvCell } from './csv.ts'

/** A row as an object on each line; what is absent or no finite number is null. */
export function jsonLinesOf(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return rows
    .map((row) => `${JSON.stringify(Object.fromEntries(head.map((key, i) => [key, plain(row[i])])))}\n`)
    .join('')
}

/** The same as a Parquet file: columns of doubles, booleans or texts; a column of several kinds is texts. */
export function parquetOf(head: readonly string[], rows: readonly (readonly CsvCell[])[]): Uint8Array {
  const columnData = head.map((name, i) => {
    const values = rows.map((row) => plain(row[i]))
    const type = typeOf(values)
    const data = type === 'STRING' ? values.map((value) => (value === null ? null : String(value))) : values
    return { name, data, type, nullable: true }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

function plain(cell: CsvCell): string | number | boolean | null {
  if (cell === null || cell === undefined) return null
  return typeof cell === 'number' && !Number.isFinite(cell) ? null : cell
}

function typeOf(values: readonly (string | number | boolean | null)[]): BasicType {
  const kinds = new Set(values.flatMap((value) => (value === null ? [] : typeof value)))
  if (kinds.size !== 1) return 'STRING'
  const [kind] = kinds
  return kind === 'number' ? 'DOUBLE' : kind === 'boolean' ? 'BOOLEAN' : 'STRING'
}

/**
 * losses.csv: every step of a run, raw and weighted, and what the camera had learned by then.
 *
 * Rows are appended as steps end, so that a kill costs none; no times are in it, so that equal runs write equal bytes.
 * A run that continues cuts the file back to the step of its saved state, a torn last row included.
 */
import { closeSync, constants, existsSync, fsyncSync, ftruncateSync, writeSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { shown } from '../config/shown.ts'
import { atPath, RunFolderError } from './errors.ts'
import type { LossRecord, StepEvent } from './events.ts'
import { openInside, readInside, writeInside } from './inside.ts'
import { float32Text, numberFromText } from './numbers.ts'

/** A row of losses.csv. */
export interface LossRow {
  readonly step: number
  /** From 0. */
  readonly stage: number
  readonly losses: LossRecord
  readonly camera: Readonly<Record<string, number>>
}

/** Appends rows to losses.csv. */
export interface LossLog {
  append(row: Omit<StepEvent, 'type' | 'milliseconds' | 'stages' | 'totalSteps'>): void
  /** Brings what was appended to the disk; before a state is saved that relies on it. */
  flush(): void
  close(): void
}

/** What a file of losses may have at most: a hundred times what the longest runs write. */
const MOST_BYTES = 64 << 20
const MOST_ROWS = 250_000
const MOST_COLUMNS = 400

/**
 * Opens losses.csv.
 *
 * @param keep number of steps whose rows stay; 0 begins anew
 */
export function openLossLog(path: string, keep: number): LossLog {
  const [folder, name] = [dirname(path), basename(path)]
  let columns: readonly string[] | undefined
  let kept = ''
  if (keep > 0) {
    const text = existsSync(path) ? readText(path) : ''
    const table = parsed(path, text, keep)
    // The last kept row must be whole: it ends in the newline that follows it.
    if (table.rows.length !== keep) {
      throw new RunFolderError(
        `${path}: expected rows up to step ${keep}, found ${table.rows.length}; start the run anew`,
      )
    }
    columns = table.columns
    kept = text.slice(0, table.length)
    // A file of its own, whatever else the old one's content may also be known by (a hard link, say).
    writeInside(folder, name, kept)
  }
  const file = openInside(folder, name, constants.O_CREAT | constants.O_RDWR)
  if (keep === 0) atPath(path, () => ftruncateSync(file, 0))
  let position = Buffer.byteLength(kept)
  const write = (line: string) => {
    const bytes = Buffer.from(`${line}\n`)
    atPath(path, () => {
      for (let done = 0; done < bytes.length; ) {
        const count = writeSync(file, bytes, done, bytes.length - done, position)
        done += count
        position += count
      }
    })
  }
  const checkColumns = (names: readonly string[]) => {
    if (columns === undefined) {
      columns = names
      write(columns.join(','))
    } else if (columns.join() !== names.join()) {
      throw new RunFolderError(
        `${path}: expected the columns ${names.join()}, found ${columns.join()}; start the run anew`,
      )
    }
  }

  return {
    append(row) {
      const cells = rowCells(row)
      checkColumns(Object.keys(cells))
      write(Object.values(cells).join(','))
    },
    flush: () => atPath(path, () => fsyncSync(file)),
    close: () => closeSync(file),
  }
}

function rowCells({ step, stage, losses, camera }: LossRow): Record<string, string> {
  const cells: Record<string, string> = { step: String(step), stage: String(stage), total: float32Text(losses.total) }
  for (const [name, { raw, weighted }] of Object.entries(losses.terms)) {
    cells[`${name}.raw`] = float32Text(raw)
    cells[`${name}.weighted`] = float32Text(weighted)
  }
  for (const [name, value] of Object.entries(camera)) cells[`camera.${name}`] = float32Text(value)
  return cells
}

/**
 * Reads losses.csv; a torn last row is left out.
 *
 * @throws RunFolderError for anything but rows of numbers: line and column, what was expected and found
 */
export function readLosses(path: string): LossRow[] {
  return parsed(path, readText(path)).rows
}

/** The last whole row; undefined where there is none. However many there are, one is kept in memory. */
export function lastLosses(path: string): LossRow | undefined {
  const text = readText(path)
  const end = text.lastIndexOf('\n')
  const begin = text.lastIndexOf('\n', end - 1)
  if (begin < 0) return undefined
  const head = text.slice(0, text.indexOf('\n') + 1)
  return parsed(path, head + text.slice(begin + 1, end + 1)).rows[0]
}

function readText(path: string): string {
  return readInside(dirname(path), basename(path), MOST_BYTES).toString('utf8')
}

interface Table {
  readonly columns: readonly string[]
  readonly rows: LossRow[]
  /** Characters of the head and the rows. */
  readonly length: number
}

type Column =
  | { readonly kind: 'step' | 'stage' | 'total' }
  | { readonly kind: 'raw' | 'weighted' | 'camera'; readonly name: string }

/** @param most rows that are read; what follows them is not looked at */
function parsed(path: string, text: string, most = MOST_ROWS + 1): Table {
  const headEnd = text.indexOf('\n')
  if (headEnd < 0) return { columns: [], rows: [], length: 0 }
  const columns = text.slice(0, headEnd).split(',', MOST_COLUMNS + 1)
  const kinds = columns.map((column, index) => columnOf(path, column, index))
  if (columns.length > MOST_COLUMNS || !['step', 'stage', 'total'].every((kind, i) => kinds[i]?.kind === kind)) {
    throw broken(path, 'line 1', 'step,stage,total and then the terms', shown(text.slice(0, Math.min(headEnd, 60))))
  }
  if (new Set(columns).size < columns.length) throw broken(path, 'line 1', 'every column once', 'one twice')
  const rows: LossRow[] = []
  let at = headEnd + 1
  while (rows.length < most) {
    const end = text.indexOf('\n', at)
    // What follows the last newline is a row that a kill cut off, or nothing.
    if (end < 0) break
    rows.push(rowOf(path, text.slice(at, end), columns, kinds, rows.at(-1), rows.length + 2))
    at = end + 1
    if (rows.length > MOST_ROWS) throw broken(path, '', `at most ${MOST_ROWS} rows`, 'more')
  }
  return { columns, rows, length: at }
}

function columnOf(path: string, column: string, index: number): Column {
  if (column === 'step' || column === 'stage' || column === 'total') return { kind: column }
  const [, name, kind] = /^(.{1,200})\.(raw|weighted)$/u.exec(column) ?? []
  if (name !== undefined && kind !== undefined) return { kind: kind as 'raw' | 'weighted', name }
  if (column.startsWith('camera.') && column.length <= 200)
    return { kind: 'camera', name: column.slice('camera.'.length) }
  throw broken(
    path,
    `line 1, column ${index + 1}`,
    'step, stage, total, <term>.raw, <term>.weighted or camera.<name>',
    shown(column),
  )
}

function rowOf(
  path: string,
  line: string,
  columns: readonly string[],
  kinds: readonly Column[],
  before: LossRow | undefined,
  number: number,
): LossRow {
  const cells = line.split(',', columns.length + 1)
  if (cells.length !== columns.length) {
    throw broken(
      path,
      `line ${number}`,
      `${columns.length} cells`,
      cells.length > columns.length ? 'more' : `${cells.length}`,
    )
  }
  const terms = new Map<string, { raw: number; weighted: number }>()
  const camera: [string, number][] = []
  const plain = { step: 0, stage: 0, total: 0 }
  for (const [index, cell] of cells.entries()) {
    const column = kinds[index]!
    const value = numberFromText(cell)
    const isCount = column.kind === 'step' || column.kind === 'stage'
    if (cell.trim() === '' || (Number.isNaN(value) && cell !== 'nan') || (isCount && !isWhole(value))) {
      const expected = isCount ? 'a whole number' : 'a number, nan, inf or -inf'
      throw broken(path, `line ${number}, column ${columns[index]}`, expected, shown(cell))
    }
    if (column.kind === 'camera') camera.push([column.name, value])
    else if (column.kind === 'raw' || column.kind === 'weighted') {
      const term = terms.get(column.name) ?? { raw: Number.NaN, weighted: Number.NaN }
      term[column.kind] = value
      terms.set(column.name, term)
    } else plain[column.kind] = value
  }
  const { step, stage, total } = plain
  const [least, exact] = [before?.step ?? 0, before !== undefined]
  if (exact ? step !== least + 1 : step < 1) {
    throw broken(path, `line ${number}, column step`, exact ? `${least + 1}` : 'a step of at least 1', String(step))
  }
  return { step, stage, losses: { total, terms: Object.fromEntries(terms) }, camera: Object.fromEntries(camera) }
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 1e9
}

function broken(path: string, place: string, expected: string, found: string): RunFolderError {
  const where = place === '' ? '' : `${place}: `
  return new RunFolderError(
    `${path}: ${where}expected ${expected}, found ${found}; restore the file from a copy, or start the run anew`,
  )
}

/**
 * losses.csv: every step of a run, raw and weighted, and what the camera had learned by then.
 *
 * Rows are appended as steps end, so that a kill costs none; no times are in it, so that equal runs write equal bytes.
 * A run that continues cuts the file back to the step of its saved state, a torn last row included.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { atPath, RunFolderError } from './errors.ts'
import type { LossRecord, StepEvent } from './events.ts'
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

/**
 * Opens losses.csv.
 *
 * @param keep number of steps whose rows stay; 0 begins anew
 */
export function openLossLog(path: string, keep: number): LossLog {
  let columns: readonly string[] | undefined
  const file = atPath(path, () => openSync(path, existsSync(path) ? 'r+' : 'w+'))
  const text = atPath(path, () => readFileSync(file, 'utf8'))
  const lines = text.split('\n').slice(0, keep > 0 ? keep + 1 : 0)
  if (keep > 0) {
    // The last kept row must be whole: it ends in the newline that split() took away.
    const length = Buffer.byteLength(lines.join('\n')) + 1
    const last = lines.at(-1)?.split(',')[0]
    if (lines.length !== keep + 1 || Number(last) !== keep || Buffer.byteLength(text) < length) {
      closeSync(file)
      throw new RunFolderError(
        `${path}: expected rows up to step ${keep}, found ${text.split('\n').length - 2}; start the run anew`,
      )
    }
    columns = lines[0]!.split(',')
    atPath(path, () => ftruncateSync(file, length))
  } else {
    atPath(path, () => ftruncateSync(file, 0))
  }
  let position = keep > 0 ? Buffer.byteLength(lines.join('\n')) + 1 : 0
  const write = (line: string) => {
    const bytes = Buffer.from(`${line}\n`)
    position += atPath(path, () => writeSync(file, bytes, 0, bytes.length, position))
  }

  return {
    append(row) {
      const cells = rowCells(row)
      if (columns === undefined) {
        columns = Object.keys(cells)
        write(columns.join(','))
      }
      write(columns.map((name) => cells[name] ?? '').join(','))
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

/** Reads losses.csv; a torn last row is left out. */
export function readLosses(path: string): LossRow[] {
  const lines = atPath(path, () => readFileSync(path, 'utf8')).split('\n')
  const columns = lines[0]?.split(',') ?? []
  // What follows the last newline is a row that a kill cut off, or nothing.
  return lines.slice(1, -1).map((line) => {
    const terms: Record<string, { raw: number; weighted: number }> = {}
    const camera: Record<string, number> = {}
    const plain: Record<string, number> = {}
    line.split(',').forEach((cell, index) => {
      const column = columns[index] ?? ''
      const value = numberFromText(cell)
      const [, name, kind] = /^(.*)\.(raw|weighted)$/u.exec(column) ?? []
      if (name !== undefined && kind !== undefined) {
        terms[name] ??= { raw: Number.NaN, weighted: Number.NaN }
        terms[name][kind as 'raw' | 'weighted'] = value
      } else if (column.startsWith('camera.')) camera[column.slice('camera.'.length)] = value
      else plain[column] = value
    })
    const { step = Number.NaN, stage = Number.NaN, total = Number.NaN } = plain
    return { step, stage, losses: { total, terms }, camera }
  })
}

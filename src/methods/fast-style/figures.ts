// Figures as papers show them: one content at growing strength, and contents against styles.

import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'

const GAP = 4

/** Pictures in rows and columns on white, each at most `cell` pixels a side; undefined leaves its place empty. */
export function sheetOf(rows: readonly (readonly (Bitmap | undefined)[])[], cell: number): Bitmap {
  const cells = rows.map((row) => row.map((picture) => picture && fitted(picture, cell)))
  const columns = Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, c) =>
    Math.max(1, ...cells.map((row) => row[c]?.width ?? 1)),
  )
  const heights = cells.map((row) => Math.max(1, ...row.map((picture) => picture?.height ?? 1)))
  const sum = (sides: readonly number[]) => sides.reduce((all, side) => all + side + GAP, -GAP)
  const [width, height] = [sum(columns), sum(heights)]
  const sheet = createBitmap(width, height, 3, new Uint8Array(3 * width * height).fill(255))
  for (const [r, row] of cells.entries())
    for (const [c, picture] of row.entries()) {
      if (!picture) continue
      const [left, top] = [sum(columns.slice(0, c)) + GAP, sum(heights.slice(0, r)) + GAP]
      place(sheet, picture, left + ((columns[c]! - picture.width) >> 1), top + ((heights[r]! - picture.height) >> 1))
    }
  return sheet
}

function fitted(picture: Bitmap, cell: number): Bitmap {
  const factor = cell / Math.max(picture.width, picture.height)
  const sized = (side: number) => Math.max(1, Math.round(side * factor))
  return resize(toColor(picture), sized(picture.width), sized(picture.height), 'lanczos')
}

function place(sheet: Bitmap, picture: Bitmap, left: number, top: number): void {
  for (let row = 0; row < picture.height; row++)
    sheet.data.set(
      picture.data.subarray(3 * row * picture.width, 3 * (row + 1) * picture.width),
      3 * ((top + row) * sheet.width + left),
    )
}

/** Strengths of a strip, from nothing to all. */
export function stripStrengths(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? 1 : i / (count - 1)))
}

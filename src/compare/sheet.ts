/** A contact sheet: results of a few inputs under all conditions in one picture, for documents that can't hold a page. */
import sharp, { type OverlayOptions } from 'sharp'
import { escapeHtml } from '../report/html.ts'
import { cut, oneLine } from '../text/visible.ts'
import type { Grid } from './grid.ts'
import { nameOf } from './page-words.ts'
import { type PictureSource, pictureOf, truthPicture } from './pictures.ts'
import type { CompareRequest } from './types.ts'

/** A column of the sheet: its name, and the picture of an input. */
interface Column {
  readonly label: string
  readonly file: (input: string) => PictureSource | undefined
}

const MOST_INPUTS = 12
const CELL = 112
const GAP = 4
const HEAD = 44
const SIDE = 92

/**
 * A WebP of up to twelve inputs, evenly taken, at the first seed. Leading columns: the input (unless it may not be
 * shown), the truth where one is known, and the sibling.
 */
export async function sheetOf(grid: Grid, { inputs: withInputs = true }: CompareRequest): Promise<Buffer> {
  const { conditions, seeds, base } = grid
  const stride = Math.max(1, grid.inputs.length / MOST_INPUTS)
  const rows = Array.from(
    { length: Math.min(MOST_INPUTS, grid.inputs.length) },
    (_, i) => grid.inputs[Math.floor(i * stride)]!,
  )
  const runOf = (condition: string, input: string) => {
    const run = grid.at(condition, input, seeds[0]!)
    return run?.complete ? run : undefined
  }
  const method = grid.runs.find((run) => run.method)?.method
  const before = method?.before ?? 'aligned'
  const hasSibling = method?.pictures.some(({ name }) => name === 'sibling') ?? true
  const picture = (condition: string, name: string) => (input: string) => {
    const run = runOf(condition, input)
    return run && pictureOf(run, name)
  }
  const truth = (input: string) => {
    const run = runOf(base.name, input)
    return run && truthPicture(run)
  }
  const columns: readonly Column[] = [
    ...(withInputs ? [{ label: 'input', file: picture(base.name, before) }] : []),
    ...(rows.some((input) => truth(input) !== undefined) ? [{ label: 'truth', file: truth }] : []),
    ...(hasSibling ? [{ label: 'sibling', file: picture(base.name, 'sibling') }] : []),
    ...conditions.map((condition) => ({ label: nameOf(condition), file: picture(condition.name, 'result') })),
  ]
  const at = (row: number, column: number) => ({ left: SIDE + column * (CELL + GAP), top: HEAD + row * (CELL + GAP) })
  const [width, height] = [at(0, columns.length).left, at(rows.length, 0).top]

  const layers: OverlayOptions[] = [
    {
      input: Buffer.from(
        labels(
          rows,
          columns.map(({ label }) => label),
          width,
          height,
        ),
      ),
    },
  ]
  for (const [row, input] of rows.entries()) {
    for (const [column, { file }] of columns.entries()) {
      const cell = await cellOf(file(input))
      if (cell) layers.push({ input: cell, ...at(row, column) })
    }
  }
  const canvas = sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
  return canvas.composite(layers).webp({ quality: 82 }).toBuffer()
}

/** A picture as a cell; undefined where there is none that can be read. */
async function cellOf(source: PictureSource | undefined): Promise<Buffer | undefined> {
  if (source === undefined) return undefined
  try {
    return await sharp(source.read()).resize(CELL, CELL, { fit: 'cover' }).png().toBuffer()
  } catch {
    return undefined
  }
}

/** Names of rows and columns, cut where they would run into their neighbours. */
function labels(rows: readonly string[], columns: readonly string[], width: number, height: number): string {
  const text = (x: number, y: number, words: string) => `<text x="${x}" y="${y}">${escapeHtml(words)}</text>`
  const heads = columns.flatMap((label, column) => {
    const x = SIDE + column * (CELL + GAP)
    return labelLines(label, 17).map((line, index) => text(x, 16 + 15 * index, line))
  })
  const sides = rows.flatMap((name, row) =>
    labelLines(name, 13).map((line, index) => text(2, HEAD + row * (CELL + GAP) + CELL / 2 + 15 * index, line)),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">${[...heads, ...sides].join('')}</svg>`
}

/** A label in at most two lines of so many letters. */
export function labelLines(words: string, most: number): string[] {
  const text = oneLine(words)
  if (text.length <= most) return [text]
  const before = text.slice(0, most + 1)
  const end = Math.max(before.lastIndexOf(' '), before.slice(0, most).lastIndexOf('-') + 1) || most
  const rest = text.slice(end).trim()
  return [text.slice(0, end), cut(rest, most)]
}

/** A contact sheet: results of a few inputs under all conditions in one picture, for documents that can't hold a page. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import sharp, { type OverlayOptions } from 'sharp'
import { escapeHtml } from '../report/html.ts'
import { type PictureName, runFile } from '../run/folder.ts'
import type { Grid } from './grid.ts'
import { nameOf } from './page-words.ts'
import type { CompareRequest } from './types.ts'

const MOST_INPUTS = 8
const CELL = 112
const GAP = 4
const HEAD = 44
const SIDE = 92

/** Writes a WebP of up to eight inputs, evenly taken, at the first seed. Leading columns: the input (unless it may not be shown) and the sibling. */
export async function writeSheet(
  path: string,
  grid: Grid,
  { inputs: withInputs = true }: CompareRequest,
): Promise<void> {
  const { conditions, seeds, base } = grid
  const stride = Math.max(1, grid.inputs.length / MOST_INPUTS)
  const rows = Array.from(
    { length: Math.min(MOST_INPUTS, grid.inputs.length) },
    (_, i) => grid.inputs[Math.floor(i * stride)]!,
  )
  const leading: readonly (readonly [string, PictureName])[] = [
    ...(withInputs ? [['input', 'aligned'] as const] : []),
    ['sibling', 'sibling'],
  ]
  const columns: readonly (readonly [label: string, condition: string, picture: PictureName])[] = [
    ...leading.map(([label, picture]) => [label, base.name, picture] as const),
    ...conditions.map((condition) => [nameOf(condition), condition.name, 'result'] as const),
  ]
  const at = (row: number, column: number) => ({ left: SIDE + column * (CELL + GAP), top: HEAD + row * (CELL + GAP) })
  const [width, height] = [at(0, columns.length).left, at(rows.length, 0).top]

  const layers: OverlayOptions[] = [
    {
      input: Buffer.from(
        labels(
          rows,
          columns.map(([label]) => label),
          width,
          height,
        ),
      ),
    },
  ]
  for (const [row, input] of rows.entries()) {
    for (const [column, [, condition, name]] of columns.entries()) {
      const run = grid.at(condition, input, seeds[0]!)
      const file = run?.complete ? runFile.picture(run.folder, name) : ''
      if (!existsSync(file)) continue
      layers.push({
        input: await sharp(file).resize(CELL, CELL, { fit: 'cover' }).png().toBuffer(),
        ...at(row, column),
      })
    }
  }
  mkdirSync(dirname(path), { recursive: true })
  const canvas = sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
  await canvas.composite(layers).webp({ quality: 82 }).toFile(path)
}

/** Names of rows and columns, cut where they would run into their neighbours. */
function labels(rows: readonly string[], columns: readonly string[], width: number, height: number): string {
  const text = (x: number, y: number, words: string) => `<text x="${x}" y="${y}">${escapeHtml(words)}</text>`
  const heads = columns.flatMap((label, column) => {
    const x = SIDE + column * (CELL + GAP)
    return lines(label, 17).map((line, index) => text(x, 16 + 15 * index, line))
  })
  const sides = rows.flatMap((name, row) =>
    lines(name, 13).map((line, index) => text(2, HEAD + row * (CELL + GAP) + CELL / 2 + 15 * index, line)),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">${[...heads, ...sides].join('')}</svg>`
}

function lines(text: string, most: number): string[] {
  if (text.length <= most) return [text]
  const space = text.lastIndexOf(' ', most)
  const cut = space > 0 ? space : most
  const rest = text.slice(cut).trim()
  return [text.slice(0, cut), rest.length > most ? `${rest.slice(0, most - 1)}…` : rest]
}

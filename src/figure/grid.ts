/** The figure of a paper: inputs down, conditions across, the truth last, zoomed parts with coloured frames, numbers below. */
import sharp from 'sharp'
import type { Grid } from '../compare/grid.ts'
import { nameOf } from '../compare/page-words.ts'
import { type PictureSource, pictureOf, truthPicture } from '../compare/pictures.ts'
import { labelLines } from '../compare/sheet.ts'
import { CompareError } from '../compare/types.ts'
import type { Drawing } from './drawing.ts'

/** A part of every picture, as shares of its sides. */
export interface Zoom {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** What else stands beside the conditions. */
export type Beside = 'input' | 'sibling' | 'target' | 'truth'

/** What is drawn. */
export interface FigureRequest {
  /** Names; default: the first six. */
  readonly inputs?: readonly string[] | undefined
  /** Names; default: all. */
  readonly conditions?: readonly string[] | undefined
  readonly seed?: number | undefined
  readonly view?: string | undefined
  readonly beside: readonly Beside[]
  readonly zooms: readonly Zoom[]
  /** Keys of metrics whose values stand below the pictures. */
  readonly metrics: readonly string[]
  /** Side of a picture, pixels. */
  readonly cell: number
  /** Whether inputs are named at the side. */
  readonly names: boolean
}

const MOST_INPUTS = 6
/** Told apart also by the colour-blind (Okabe and Ito 2008). */
const COLORS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7']
/** More parts than colours would not be told apart. */
export const MOST_ZOOMS = COLORS.length

/** Width of a bold letter in heights, of the widest of the fonts that stand for Helvetica. */
const BOLD_LETTER = 0.66

interface Column {
  readonly label: string
  readonly picture: (input: string) => PictureSource | undefined
  /** Whether there should be one. */
  readonly expected: (input: string) => boolean
  readonly numbers: (input: string) => Readonly<Record<string, number | null>>
}

/** Lays the figure out. @throws CompareError for names that the comparison has not */
export async function figureOf(grid: Grid, request: FigureRequest): Promise<Drawing> {
  const { cell, zooms, metrics, names } = request
  const inputs = chosen('input', request.inputs, grid.inputs).slice(0, request.inputs ? undefined : MOST_INPUTS)
  const columns = columnsOf(grid, request, inputs)
  const size = Math.max(9, Math.round(cell / 15))
  const gap = Math.max(2, Math.round(cell / 40))
  const line = Math.max(1, Math.round(cell / 90))
  const longest = Math.max(...inputs.map((input) => [...input].length))
  // Names of many letters take two lines.
  const side = names ? Math.ceil(Math.min(0.62 * cell, 0.6 * size * longest + 2 * gap)) : 0
  const perLine = Math.floor(cell / (BOLD_LETTER * size))
  const heads = columns.map(({ label }) => labelLines(label, perLine))
  const head = Math.round(1.25 * size * Math.max(...heads.map((lines) => lines.length)) + 0.4 * size)
  // Parts stand side by side under their picture, as high as their shape asks for.
  const inset = zooms.length > 0 ? (cell - gap * (zooms.length - 1)) / zooms.length : 0
  const sizes = new Map<string, number>()
  const items: Drawing['items'][number][] = []
  let y = head
  for (const [i, lines] of heads.entries())
    for (const [k, text] of lines.entries())
      items.push({
        kind: 'words',
        x: side + i * (cell + gap) + cell / 2,
        y: Math.round(size * (1 + 1.25 * k)),
        text,
        size,
        anchor: 'middle',
        bold: true,
      })
  for (const input of inputs) {
    const row = await Promise.all(columns.map(({ picture }) => opened(picture(input))))
    const shape = row.find((one) => one !== undefined)
    const height = shape ? Math.round((cell * shape.height) / shape.width) : cell
    const insets = zooms.map((zoom) => Math.round(inset * ((zoom.height * height) / (zoom.width * cell))))
    for (const [i, picture] of row.entries()) {
      const x = side + i * (cell + gap)
      if (picture) {
        const place = { x, y, width: cell, height }
        items.push({ kind: 'picture', ...place, bytes: await scaled(picture.bytes, cell, height) })
        for (const [k, zoom] of zooms.entries()) {
          const color = COLORS[k]!
          const part = {
            x: x + zoom.x * cell,
            y: y + zoom.y * height,
            width: zoom.width * cell,
            height: zoom.height * height,
          }
          items.push({ kind: 'frame', ...part, color, line })
          const below = { x: x + k * (inset + gap), y: y + height + gap, width: inset, height: insets[k]! }
          items.push({ kind: 'picture', ...below, bytes: await cut(picture, zoom, below.width) })
          items.push({ kind: 'frame', ...below, color, line: 2 * line })
        }
      }
      if (!picture && columns[i]!.expected(input)) {
        items.push({ kind: 'frame', x, y, width: cell, height, color: '#999999', line })
        const words = { text: 'not there', x: x + cell / 2, y: Math.round(y + height / 2), size }
        items.push({ kind: 'words', anchor: 'middle', ...words })
      }
      const values = columns[i]!.numbers(input)
      const words = metrics.flatMap((key) => (typeof values[key] === 'number' ? [shortNumber(values[key])] : []))
      const under = y + height + (insets.length > 0 ? gap + Math.max(...insets) : 0)
      if (words.length > 0)
        items.push({
          kind: 'words',
          x: x + cell / 2,
          y: Math.round(under + 1.15 * size),
          text: words.join(' / '),
          size,
          anchor: 'middle',
        })
      sizes.set(input, under)
    }
    if (names)
      for (const [k, text] of labelLines(input, Math.max(1, Math.floor(side / (0.56 * size)))).entries())
        items.push({
          kind: 'words',
          x: 0,
          y: Math.round(y + height / 2 + 1.25 * size * k),
          text,
          size,
          anchor: 'start',
        })
    y = sizes.get(input)! + gap + (metrics.length > 0 ? Math.round(1.5 * size) : 0)
  }
  return { width: side + columns.length * (cell + gap) - gap, height: Math.round(y - gap), items }
}

function columnsOf(grid: Grid, request: FigureRequest, inputs: readonly string[]): Column[] {
  const seed = request.seed ?? grid.seeds[0]!
  if (!grid.seeds.includes(seed))
    throw new CompareError(`--seed: expected one of ${grid.seeds.join(', ')}, found ${seed}`)
  const conditions = chosen(
    'condition',
    request.conditions,
    grid.conditions.map(({ name }) => name),
  )
  const runOf = (condition: string, input: string) => {
    const run = grid.at(condition, input, seed)
    return run?.complete ? run : undefined
  }
  const anyOf = (input: string) =>
    runOf(grid.base.name, input) ?? grid.runs.find((run) => run.input === input && run.complete)
  const beside = (label: Beside, picture: Column['picture']): Column[] => {
    const expected = (input: string) => picture(input) !== undefined
    if (!request.beside.includes(label) || !inputs.some(expected)) return []
    return [{ label, picture, expected, numbers: () => ({}) }]
  }
  const ofRun = (name: (run: NonNullable<ReturnType<typeof runOf>>) => string) => (input: string) => {
    const run = anyOf(input)
    return run && pictureOf(run, name(run))
  }
  return [
    ...beside(
      'input',
      ofRun((run) => run.method?.before ?? 'aligned'),
    ),
    ...beside(
      'target',
      ofRun(() => 'target'),
    ),
    ...beside(
      'sibling',
      ofRun(() => 'sibling'),
    ),
    ...conditions.map((name): Column => {
      const condition = grid.conditions.find((one) => one.name === name)!
      return {
        label: nameOf(condition),
        picture: (input) => {
          const run = runOf(name, input)
          return run && pictureOf(run, request.view ?? run.method?.after ?? 'result')
        },
        expected: (input) => runOf(name, input) !== undefined,
        numbers: (input) => runOf(name, input)?.metrics ?? {},
      }
    }),
    ...beside('truth', (input) => {
      const run = anyOf(input)
      return run && truthPicture(run)
    }),
  ]
}

function chosen(what: string, wanted: readonly string[] | undefined, known: readonly string[]): readonly string[] {
  for (const name of wanted ?? [])
    if (!known.includes(name))
      throw new CompareError(`--${what}s: expected names among ${known.slice(0, 12).join(', ')}, found "${name}"`)
  return wanted ?? known
}

interface Opened {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** undefined where there is none that can be read. */
async function opened(source: PictureSource | undefined): Promise<Opened | undefined> {
  try {
    if (source === undefined) return undefined
    const { data, info } = await sharp(source.read())
      .flatten({ background: '#ffffff' })
      .png()
      .toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.height }
  } catch {
    return undefined
  }
}

/** Pictures are kept at their own size, for print; larger ones than twice their place are reduced. */
async function scaled(bytes: Buffer, width: number, height: number): Promise<Buffer> {
  const options = { fit: 'inside', withoutEnlargement: true } as const
  return sharp(bytes)
    .resize(2 * width, 2 * height, options)
    .png()
    .toBuffer()
}

/** A part, its pixels as they are: what is shown must not be a scaler. */
async function cut({ bytes, width, height }: Opened, zoom: Zoom, wide: number): Promise<Buffer> {
  const left = Math.min(width - 1, Math.round(zoom.x * width))
  const top = Math.min(height - 1, Math.round(zoom.y * height))
  const part = {
    left,
    top,
    width: Math.max(1, Math.min(width - left, Math.round(zoom.width * width))),
    height: Math.max(1, Math.min(height - top, Math.round(zoom.height * height))),
  }
  const factor = Math.max(1, Math.round((2 * wide) / part.width))
  return sharp(bytes)
    .extract(part)
    .resize(part.width * factor, part.height * factor, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

function shortNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 1 ? 2 : 3
  return value.toFixed(digits).replace('-', '−')
}

/** `rephoto grid`: the picture of a paper, of a sweep or of runs. */
import type { CommandModule } from 'yargs'
import type { Beside, Zoom } from '../figure/grid.ts'
import { UsageError } from './failure.ts'
import { printPath, say } from './print.ts'

interface GridOptions {
  runs: string[]
  out: string
  inputs?: string | undefined
  conditions?: string | undefined
  beside: string
  zoom: string[]
  metrics?: string | undefined
  seed?: number | undefined
  view?: string | undefined
  cell: number
  names: boolean
  force: boolean
}

const BESIDE = ['input', 'target', 'sibling', 'truth']
const [LEAST_CELL, MOST_CELL] = [32, 2048]

const listOf = (text: string | undefined) =>
  text
    ?.split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')

/** The command. */
export const gridCommand: CommandModule<object, GridOptions> = {
  command: 'grid <runs..>',
  describe: 'A figure for a paper: inputs down, conditions across, zoomed parts, numbers; PNG, SVG or PDF',
  builder: (yargs) =>
    yargs
      .positional('runs', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Folders of runs, or of one sweep',
      })
      .option('out', { type: 'string', default: 'figure.pdf', describe: 'The file: .pdf, .svg or .png' })
      .option('inputs', {
        type: 'string',
        requiresArg: true,
        describe: 'Names, with commas between; default: the first six',
      })
      .option('conditions', { type: 'string', requiresArg: true, describe: 'Names, with commas between; default: all' })
      .option('beside', {
        type: 'string',
        requiresArg: true,
        default: 'input,truth',
        describe: `What stands beside the conditions: of ${BESIDE.join(', ')}; or none`,
      })
      .option('zoom', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'A part to show enlarged: left,top,width,height as shares (0.3,0.35,0.2,0.15); up to four times',
      })
      .option('metrics', {
        type: 'string',
        requiresArg: true,
        describe: 'Metrics below the pictures, with commas between',
      })
      .option('seed', { type: 'number', requiresArg: true, describe: 'Which seed; default: the first' })
      .option('view', { type: 'string', requiresArg: true, describe: 'Picture of the runs; default: their result' })
      .option('cell', { type: 'number', default: 256, describe: 'Width of a picture, pixels' })
      .option('names', { type: 'boolean', default: true, describe: 'Name the inputs at the side' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that is there' })
      .example('$0 grid reports/films --inputs 01,03 --zoom 0.3,0.35,0.4,0.15 --metrics truth.psnr', 'figure.pdf'),
  handler: async (options) => {
    const { runs, out, seed, view, cell, names, force } = options
    if (!Number.isInteger(cell) || cell < LEAST_CELL || cell > MOST_CELL)
      throw new UsageError(`--cell: expected a whole number from ${LEAST_CELL} to ${MOST_CELL}, found ${cell}`)
    const beside = options.beside === 'none' ? [] : (listOf(options.beside) ?? [])
    for (const word of beside)
      if (!BESIDE.includes(word)) throw new UsageError(`--beside: expected ${BESIDE.join(', ')} or none, found ${word}`)
    const [{ outputPath }, { inferRequest }, { readSweep, sweepPath }, { gridOf }, { methods }] = await Promise.all([
      import('../output.ts'),
      import('../methods/readers.ts'),
      import('../compare/sweep-file.ts'),
      import('../compare/grid.ts'),
      import('../methods/methods.ts'),
    ])
    const { figureOf, MOST_ZOOMS } = await import('../figure/grid.ts')
    if (options.zoom.length > MOST_ZOOMS)
      throw new UsageError(`--zoom: expected at most ${MOST_ZOOMS} parts, found ${options.zoom.length}`)
    const zooms = options.zoom.map(zoomOf)
    const { figureSuffixes, writeFigure } = await import('../figure/write-figure.ts')
    const path = outputPath({ out, name: 'figure.pdf', suffixes: figureSuffixes, inputs: [], force })
    const sweeps = runs.filter((folder) => sweepPath(folder) !== undefined)
    if (sweeps.length > 0 && runs.length > 1)
      throw new UsageError(
        `${sweeps[0]}: expected one sweep or several runs, found a sweep among ${runs.length} folders`,
      )
    const request = sweeps[0] === undefined ? inferRequest(runs) : readSweep(sweepPath(sweeps[0])!)
    const drawing = await figureOf(gridOf(request, methods), {
      ...{ seed, view, cell, names, zooms, beside: beside as Beside[] },
      ...{
        inputs: listOf(options.inputs),
        conditions: listOf(options.conditions),
        metrics: listOf(options.metrics) ?? [],
      },
    })
    const missing = await writeFigure(path, drawing, !force)
    if (missing.length > 0)
      say(
        `${missing.join(' ')}: not in the fonts that every PDF reader has, "?" stands for them; .svg and .png show them`,
      )
    printPath('figure', path)
  },
}

function zoomOf(text: string): Zoom {
  const numbers = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)))
  const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = numbers
  const inside = x >= 0 && y >= 0 && width > 0 && height > 0 && x + width <= 1 && y + height <= 1
  if (numbers.length !== 4 || !inside)
    throw new UsageError(
      `--zoom: expected left,top,width,height as shares of the picture, such as 0.3,0.35,0.2,0.15, found ${text}`,
    )
  return { x, y, width, height }
}

/** `rephoto runs …`: lists runs, shows one, tags, removes and weighs them. */
import { createInterface } from 'node:readline/promises'
import type { Argv, CommandModule } from 'yargs'
import type { RunEntry } from '../runs/entry.ts'
import type { TableFormat } from '../runs/table.ts'
import { oneLine } from '../text/visible.ts'
import { size } from './amounts.ts'
import { UsageError } from './failure.ts'
import { print, printJson, printPath, say, shownPath } from './print.ts'

/** Which runs are meant. */
interface Choice {
  folders: string[]
  where: string[]
}

/** Adds what says which runs are meant. */
function withChoice<T>(yargs: Argv<T>): Argv<T & Choice> {
  return yargs
    .positional('folders', {
      type: 'string',
      array: true,
      default: ['reports'],
      describe: 'Folders of runs, or with runs somewhere below',
    })
    .option('where', {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      describe: 'Only runs of which this holds: a key, one of = != > >= < <= ~ and a value; repeatable: all must hold',
    }) as Argv<T & Choice>
}

/** The runs that are meant; what can't be read is said. */
async function chosen({ folders, where }: Choice): Promise<readonly RunEntry[]> {
  const { findRuns } = await import('../runs/find.ts')
  const { filterRuns } = await import('../runs/filter.ts')
  const { runs, problems } = findRuns(folders)
  for (const problem of problems) say(`left out: ${problem}`)
  return filterRuns(runs, where)
}

interface ListOptions extends Choice {
  columns?: string | undefined
  sort?: string | undefined
  reverse: boolean
  md: boolean
  csv: boolean
  json: boolean
  jsonl: boolean
  parquet?: string | undefined
  force: boolean
}

const COLUMNS = 'name,method,status,input,steps,created,tags'

const listCommand: CommandModule<object, ListOptions> = {
  command: ['list [folders..]', '$0 [folders..]'],
  describe: 'List runs as a table',
  builder: (yargs: Argv) =>
    withChoice(yargs)
      .option('columns', {
        type: 'string',
        requiresArg: true,
        describe: `Keys to show, with commas between; +key adds to the usual ones, all: these, every metric and every key of configs. Default: ${COLUMNS}`,
      })
      .option('sort', { type: 'string', requiresArg: true, describe: 'Key to sort by; default: by folder' })
      .option('reverse', { type: 'boolean', default: false, describe: 'The other way round' })
      .option('md', { type: 'boolean', default: false, describe: 'As a table in Markdown' })
      .option('csv', { type: 'boolean', default: false, describe: 'As CSV, with all digits' })
      .option('json', { type: 'boolean', default: false, describe: 'As one JSON array' })
      .option('jsonl', { type: 'boolean', default: false, describe: 'As JSON Lines: an object for each run' })
      .option('parquet', {
        type: 'string',
        requiresArg: true,
        describe: 'Write a Parquet file instead, for pandas, DuckDB, Polars …',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the Parquet file that is there' })
      .example('$0 runs --where status=complete --sort seconds', 'complete runs of ./reports, the quickest first')
      .example(
        "$0 runs reports/films --where 'truth.psnr>20' --columns +truth.psnr,losses.eye.weight",
        'those of a sweep that came near the truth, with a metric and a config value',
      ),
  handler: async (options) => {
    const { compareValues, fieldOf } = await import('../runs/fields.ts')
    const { cellsOf, tableOf } = await import('../runs/table.ts')
    const format = formatOf(options)
    const { outputPath } = await import('../output.ts')
    const { parquet: out, force } = options
    const parquet =
      out === undefined
        ? undefined
        : outputPath({ out, name: 'runs.parquet', suffixes: ['.parquet'], inputs: [], force })
    const runs = [...(await chosen(options))]
    const keys = columnsOf(options.columns, runs)
    if (options.sort !== undefined) {
      const { of } = fieldOf(options.sort, runs)
      runs.sort((a, b) => compareValues(of(a), of(b)))
    }
    if (options.reverse) runs.reverse()
    if (runs.length === 0 && format === 'text') return say('no such runs')
    const fields = keys.map((key) => fieldOf(key, runs))
    if (parquet !== undefined) {
      const [{ parquetOf }, { writeAtomically }] = await Promise.all([
        import('../compare/columns.ts'),
        import('../checkpoint/atomic.ts'),
      ])
      const { head, rows } = cellsOf(runs, fields)
      writeAtomically(parquet, (write) => write(parquetOf(head, rows)))
      return printPath('runs', parquet)
    }
    const text = tableOf(runs, fields, format)
    if (format === 'json') return printJson(JSON.parse(text))
    for (const line of text.replace(/\n$/u, '').split('\n')) print(line)
  },
}

function formatOf(options: ListOptions): TableFormat {
  const asked = (['md', 'csv', 'json', 'jsonl', 'parquet'] as const).filter((name) => options[name])
  if (asked.length > 1)
    throw new UsageError(`expected one of --md, --csv, --json, --jsonl and --parquet, found --${asked.join(' and --')}`)
  return asked[0] === undefined || asked[0] === 'parquet' ? 'text' : asked[0]
}

function columnsOf(text = COLUMNS, runs: readonly RunEntry[] = []): string[] {
  if (text === 'all') {
    const own = runs.flatMap(({ metrics, config }) => [...Object.keys(metrics), ...config.keys()])
    return [...new Set([...COLUMNS.split(','), 'seed', 'seconds', ...own])]
  }
  const own = text.startsWith('+') ? `${COLUMNS},${text.slice(1)}` : text
  return own
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
}

const showCommand: CommandModule<object, { run: string; json: boolean }> = {
  command: 'show <run>',
  describe: 'Everything that is known of one run: facts, config, metrics',
  builder: (yargs: Argv) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'Folder of the run' })
      .option('json', { type: 'boolean', default: false, describe: 'As JSON' }),
  handler: async ({ run, json }) => {
    const { resolve } = await import('node:path')
    const { readEntry } = await import('../runs/entry.ts')
    const { factNames, fieldOf } = await import('../runs/fields.ts')
    const entry = readEntry(resolve(run))
    const facts = Object.fromEntries(factNames.map((key) => [key, fieldOf(key, [entry]).of(entry)]))
    if (json)
      return printJson({
        ...facts,
        tags: entry.tags.tags,
        config: Object.fromEntries(entry.config),
        metrics: entry.metrics,
      })
    const told = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null)
    printPairs('', told)
    if (entry.manifest.warnings.length > 0)
      printPairs(
        'warnings',
        entry.manifest.warnings.map((text) => ['', text]),
      )
    printPairs('metrics', Object.entries(entry.metrics))
    printPairs(
      'config',
      [...entry.config].map(([key, value]) => [key, JSON.stringify(value)]),
    )
  },
}

function printPairs(title: string, pairs: readonly (readonly [key: string, value: unknown])[]): void {
  if (pairs.length === 0) return
  if (title !== '') print(`${title}:`)
  const width = Math.max(...pairs.map(([key]) => key.length))
  const indent = title === '' ? '' : '  '
  for (const [key, value] of pairs) print(`${indent}${width === 0 ? '' : `${key.padEnd(width)}  `}${value}`)
}

interface TagOptions {
  runs: string[]
  add: string[]
  remove: string[]
  note?: string | undefined
}

const tagCommand: CommandModule<object, TagOptions> = {
  command: 'tag <runs..>',
  describe: 'Give runs words to find them by (--where tags=best), and a note',
  builder: (yargs: Argv) =>
    yargs
      .positional('runs', { type: 'string', array: true, demandOption: true, describe: 'Folders of runs' })
      .option('add', { type: 'string', array: true, requiresArg: true, default: [], describe: 'Words to add' })
      .option('remove', { type: 'string', array: true, requiresArg: true, default: [], describe: 'Words to take away' })
      .option('note', { type: 'string', requiresArg: true, describe: 'A sentence; an empty one takes it away' })
      .example('$0 runs tag reports/lincoln --add best --note "for the paper"', 'found by: runs --where tags=best'),
  handler: async ({ runs, add, remove, note }) => {
    if (add.length + remove.length === 0 && note === undefined)
      throw new UsageError('expected --add, --remove or --note, found none of them')
    const { resolve } = await import('node:path')
    const { readManifest } = await import('../run/manifest.ts')
    const { changeTags } = await import('../runs/tags.ts')
    // All are looked at before any is changed.
    for (const run of runs) readManifest(resolve(run))
    for (const run of runs) {
      const after = changeTags(resolve(run), { add, remove, ...(note === undefined ? {} : { note }) })
      const words = after.tags.join(' ') || 'no tags'
      print(`${shownPath(resolve(run))}: ${words}${after.note === '' ? '' : `; ${after.note}`}`)
    }
  },
}

interface RemoveOptions extends Choice {
  yes: boolean
}

const removeCommand: CommandModule<object, RemoveOptions> = {
  command: 'rm <folders..>',
  describe: 'Remove runs; asks before it does',
  builder: (yargs: Argv) =>
    withChoice(yargs).option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'Do not ask' }),
  handler: async (options) => {
    const { removeRun, roomOf } = await import('../runs/remove.ts')
    const runs = await chosen(options)
    if (runs.length === 0) return say('no such runs; nothing was removed')
    let bytes = 0
    for (const { folder, status } of runs) {
      const room = roomOf(folder).total
      bytes += room
      print(`${shownPath(folder)}  ${status}  ${size(room)}`)
    }
    const what = `${runs.length} run${runs.length === 1 ? '' : 's'}, ${size(bytes)}`
    if (!options.yes && !(await agrees(`Remove ${what}? [y/N] `))) return say('nothing was removed')
    for (const { folder } of runs) {
      const left = removeRun(folder)
      if (left.length > 0) print(`${shownPath(folder)}: left alone, not of a run: ${left.join(', ')}`)
    }
    say(`removed ${what}`)
  },
}

async function agrees(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true)
    throw new UsageError('expected a terminal to ask at, found none; add --yes to remove without a question')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(?:es)?$/iu.test((await terminal.question(oneLine(question))).trim())
  } finally {
    terminal.close()
  }
}

const roomCommand: CommandModule<object, Choice & { json: boolean }> = {
  command: 'du [folders..]',
  describe: 'How much room runs take, the largest first',
  builder: (yargs: Argv) =>
    withChoice(yargs).option('json', { type: 'boolean', default: false, describe: 'As one JSON array, in bytes' }),
  handler: async (options) => {
    const { roomOf } = await import('../runs/remove.ts')
    const rooms = (await chosen(options))
      .map(({ folder }) => ({ folder, ...roomOf(folder) }))
      .sort((a, b) => b.total - a.total)
    if (options.json) return printJson(rooms)
    for (const { folder, total, frames, pictures, state } of rooms)
      print(
        `${size(total).padStart(8)}  ${shownPath(folder)}  (frames ${size(frames)}, pictures ${size(pictures)}${state > 0 ? `, state ${size(state)}` : ''})`,
      )
    print(`${size(rooms.reduce((sum, { total }) => sum + total, 0)).padStart(8)}  ${rooms.length} runs`)
  },
}

/** The command. */
export const runsCommand: CommandModule = {
  command: 'runs',
  describe: 'List, show, tag, remove and weigh runs',
  builder: (yargs: Argv) =>
    yargs.command(listCommand).command(showCommand).command(tagCommand).command(removeCommand).command(roomCommand),
  handler: () => {},
}

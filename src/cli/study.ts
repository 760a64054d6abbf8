/** `rephoto study`: a page for blind choices made from a comparison, or what the answers say. */
import type { CommandModule } from 'yargs'
import type { Reference } from '../study/study.ts'
import { UsageError } from './failure.ts'
import { print, printJson, printPath, say, shownCommand } from './print.ts'

interface StudyOptions {
  things: string[]
  question: string
  reference: string
  view?: string | undefined
  most?: number | undefined
  repeats: number
  side: number
  title?: string | undefined
  out?: string | undefined
  force: boolean
  md: boolean
  csv: boolean
  json: boolean
}

const QUESTION = 'Which of the two looks better?'
const SIDE = 768
/** The name of a sweep would say what it is about. */
const TITLE = 'Two pictures at a time'

/** The command. */
export const studyCommand: CommandModule<object, StudyOptions> = {
  command: 'study <things..>',
  describe: 'Blind choices between two pictures: a page made of runs or a sweep, or what the answers to one say',
  builder: (yargs) =>
    yargs
      .positional('things', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Folders of runs or of a sweep, for a page; or the files of answers (.json)',
      })
      .option('question', { type: 'string', requiresArg: true, default: QUESTION, describe: 'What is asked' })
      .option('reference', {
        type: 'string',
        choices: ['input', 'truth', 'none'],
        default: 'input',
        describe: 'What stands between the two',
      })
      .option('view', { type: 'string', requiresArg: true, describe: 'Picture of the runs; default: their result' })
      .option('most', { type: 'number', requiresArg: true, describe: 'Choices for a participant; default: all pairs' })
      .option('repeats', {
        type: 'number',
        requiresArg: true,
        default: 0,
        describe: 'Choices that are shown again with their sides turned, to see whether answers hold',
      })
      .option('side', {
        type: 'number',
        requiresArg: true,
        default: SIDE,
        describe: 'Longest side of pictures, pixels',
      })
      .option('title', { type: 'string', requiresArg: true, describe: 'Title of the page' })
      .option('out', { type: 'string', describe: 'The page; default: study.html of the sweep, or here' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the page that is there' })
      .option('md', { type: 'boolean', default: false, describe: 'Of answers: tables in Markdown' })
      .option('csv', { type: 'boolean', default: false, describe: 'Of answers: the pairs as CSV, with all digits' })
      .option('json', { type: 'boolean', default: false, describe: 'Of answers: all of it as JSON' })
      .example('$0 study reports/films --question "Which is more like the old photograph?"', 'a page to pass on')
      .example('$0 study answers/*.json', 'who was preferred how often, with intervals'),
  handler: async (options) => {
    const answers = options.things.filter((path) => /\.json$/iu.test(path) && !/(?:^|[\\/])sweep\.json$/u.test(path))
    if (answers.length === 0) return makePage(options)
    if (answers.length < options.things.length)
      throw new UsageError('expected either runs or files of answers, found both; make the page first')
    await tellAnswers(options)
  },
}

async function makePage(options: StudyOptions): Promise<void> {
  const { things, question, reference, view, most, repeats, side, title, out, force } = options
  check('most', most, 1, 100_000)
  check('repeats', repeats, 0, 1000)
  check('side', side, 16, 8192)
  const [{ inferRequest }, { readSweep, sweepPath }, { methods }] = await Promise.all([
    import('../methods/readers.ts'),
    import('../compare/sweep-file.ts'),
    import('../methods/methods.ts'),
  ])
  const sweeps = things.filter((path) => sweepPath(path) !== undefined)
  if (sweeps.length > 0 && things.length > 1)
    throw new UsageError(
      `${sweeps[0]}: expected one sweep or several runs, found a sweep among ${things.length} folders`,
    )
  const sweep = sweeps[0] === undefined ? undefined : sweepPath(sweeps[0])
  const { dirname, join } = await import('node:path')
  const { outputPath } = await import('../output.ts')
  const request = sweep === undefined ? inferRequest(things) : readSweep(sweep)
  const path = outputPath({
    out: out ?? (sweep === undefined ? undefined : join(dirname(sweep), 'study.html')),
    ...{ name: 'study.html', suffixes: ['.html'], inputs: [], force },
  })
  const [{ studyOf }, { studyPage }] = await Promise.all([import('../study/study.ts'), import('../study/page.ts')])
  const chosen = { question, reference: reference as Reference, view, most, repeats, side }
  const study = await studyOf({ ...request, ...chosen, title: title ?? TITLE }, methods)
  const { writeText } = await import('../run/folder.ts')
  writeText(path, studyPage(study))
  const { pairs, conditions, inputs } = study
  say(`${pairs.length} pairs of ${conditions.length} conditions on ${inputs.length} inputs`)
  printPath('study', path)
  say(`count the answers that come back with: ${shownCommand('study')} answers/*.json`)
}

function check(option: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && (!Number.isInteger(value) || value < least || value > most))
    throw new UsageError(`--${option}: expected a whole number from ${least} to ${most}, found ${value}`)
}

async function tellAnswers({ things, md, csv, json }: StudyOptions): Promise<void> {
  const asked = (['md', 'csv', 'json'] as const).filter((name) => ({ md, csv, json })[name])
  if (asked.length > 1) throw new UsageError(`expected one of --md, --csv and --json, found --${asked.join(' and --')}`)
  const [{ readResults }, { preferenceOf }, { studyLines }] = await Promise.all([
    import('../study/results.ts'),
    import('../study/preference.ts'),
    import('../study/table.ts'),
  ])
  const results = readResults(things)
  const preference = preferenceOf(results)
  const [format = 'text'] = asked
  if (format === 'json') return printJson(preference)
  if (format === 'text') say(results[0]!.question)
  for (const line of studyLines(preference, format)) print(line)
}

/** Options for finding and choosing the face. */
import type { Argv } from 'yargs'
import type { JsonObject } from '../config/merge.ts'
import { quote } from '../text/visible.ts'
import { UsageError } from './failure.ts'

/** Which face, where it is, and which way up the picture is. */
export interface AlignOptions {
  face?: number | undefined
  landmarks?: string | undefined
  turn?: string | undefined
  insist?: boolean | undefined
}

/** Adds them to a command. */
export function withAlignment<T>(yargs: Argv<T>): Argv<T & AlignOptions> {
  return withLandmarks(yargs).option('face', {
    type: 'number',
    describe: 'Which of several faces, counted from the left, from 1 (rephoto faces shows them)',
  })
}

/** The same where several faces can be meant: `faces` of `facesOf`. */
export function withSeveralFaces<T>(yargs: Argv<T>): Argv<T & Omit<AlignOptions, 'face'> & { face?: string }> {
  return withLandmarks(yargs).option('face', {
    type: 'string',
    describe: 'Which of several faces, from the left, from 1: 2, 1,3 or all (rephoto faces shows them)',
  }) as Argv<T & Omit<AlignOptions, 'face'> & { face?: string }>
}

/** The value of --face: one number, several, or all. */
export function facesOf(text: string | undefined): 'one' | 'all' | readonly number[] {
  if (text === undefined) return 'one'
  const word = text.trim().toLowerCase()
  if (word === 'all') return 'all'
  const numbers = word.split(/\s*,\s*/u).map((part) => (/^\d{1,4}$/u.test(part) ? Number(part) : Number.NaN))
  if (numbers.some((number) => !(number >= 1 && number <= MOST_FACES))) {
    throw new UsageError(
      `--face: expected a number from 1 to ${MOST_FACES}, several like 1,3, or all, found ${quote(text)}; rephoto faces shows them`,
    )
  }
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** As the schema of a config has it. */
const MOST_FACES = 1000

function withLandmarks<T>(yargs: Argv<T>): Argv<T & Omit<AlignOptions, 'face'>> {
  return yargs
    .option('landmarks', { type: 'string', describe: 'File with the 68 points of the face instead of finding them' })
    .option('turn', {
      type: 'string',
      choices: ['auto', '0', '90', '180', '270'],
      describe: 'Degrees clockwise that make the picture upright; "auto" (default): as its face says',
    })
    .option('insist', {
      type: 'boolean',
      describe: 'Take a doubtful face all the same; short for --set align.doubt=accept',
    })
}

/** Whether the face has to be found at all. */
export interface AlignModeOptions {
  align?: string | undefined
}

/** For commands that also take a picture as it is. */
export function withAlignMode<T>(yargs: Argv<T>): Argv<T & AlignModeOptions> {
  return yargs.option('align', {
    type: 'string',
    choices: ['auto', 'none'],
    describe: '"none" for a picture that is already an aligned square',
  })
}

/** The value of --turn; undefined where it was not given. */
export function turnOf(turn: string | undefined): 0 | 90 | 180 | 270 | 'auto' | undefined {
  if (turn === undefined || turn === 'auto') return turn
  const degrees = Number(turn)
  if (degrees === 0 || degrees === 90 || degrees === 180 || degrees === 270) return degrees
  throw new UsageError(`--turn: expected auto, 0, 90, 180 or 270, found ${turn}`)
}

/** The options as keys of a config; undefined where none was given. @param place makes a path absolute */
export function alignKeys(
  { face, landmarks, turn, insist, align }: AlignOptions & AlignModeOptions,
  place: (path: string) => string,
): JsonObject | undefined {
  const degrees = turnOf(turn)
  const keys: JsonObject = {
    ...(align === undefined ? {} : { mode: align as 'auto' | 'none' }),
    ...(face === undefined ? {} : { face }),
    ...(landmarks === undefined ? {} : { landmarks: place(landmarks) }),
    ...(degrees === undefined ? {} : { turn: degrees }),
    ...(insist === undefined ? {} : { doubt: insist ? ('accept' as const) : ('refuse' as const) }),
  }
  return Object.keys(keys).length > 0 ? keys : undefined
}

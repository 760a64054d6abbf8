/** Reads files of answers. They come from other machines: nothing in them is taken on trust. */
import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { RephotoError } from '../error.ts'
import { mistakeIn, parsedJson } from '../run/document.ts'
import { reasonOf } from '../text/visible.ts'

/** Answers that can't be read or counted together. One line: what was expected, what was found, what to do. */
export class StudyError extends RephotoError {
  override readonly name: string = 'StudyError'
}

const index = z.int().min(0).max(100_000)

const schema = z.looseObject({
  format: z.literal('rephoto-study-results'),
  formatVersion: z.literal(1),
  study: z.string().max(64),
  title: z.string().max(4096),
  question: z.string().max(4096),
  participant: z.string().max(200),
  started: z.string().max(64),
  conditions: z.array(z.string().max(4096)).min(2).max(2000),
  inputs: z.array(z.string().max(4096)).min(1).max(100_000),
  answers: z
    .array(
      z.looseObject({
        input: index,
        seed: z.int().min(0).max(0xffffffff),
        left: index,
        right: index,
        chosen: z.enum(['left', 'right']),
        milliseconds: z.number().min(0).max(1e9),
        repeat: z.boolean().optional(),
      }),
    )
    .max(100_000),
})

/** The answers of one participant. */
export type StudyResults = z.infer<typeof schema>

const MOST_BYTES = 16 << 20

/** Reads the files of all participants. @throws StudyError for what is none, two studies, or a file that is there twice */
export function readResults(paths: readonly string[]): StudyResults[] {
  const results = paths.map(readOne)
  const seen = new Map<string, string>()
  for (const [i, one] of results.entries()) {
    if (one.study !== results[0]!.study || one.conditions.join('\0') !== results[0]!.conditions.join('\0'))
      throw new StudyError(
        `${paths[i]}: expected answers to the same study as ${paths[0]}, found "${one.title}" (${one.study}); count each study by itself`,
      )
    const key = JSON.stringify([one.participant, one.started, one.answers])
    const other = seen.get(key)
    if (other !== undefined)
      throw new StudyError(
        `${paths[i]}: expected other answers than in ${other}, found the same; leave one of them out`,
      )
    seen.set(key, paths[i]!)
  }
  return results
}

const TODO = 'leave it out, or save it again from the page'

function readOne(path: string): StudyResults {
  const complain = (message: string, cause?: unknown) => new StudyError(message, { cause })
  const document = parsedJson(textOf(path), path, TODO, complain)
  const { data, error } = schema.safeParse(document)
  if (!data) throw complain(`${path}: ${mistakeIn(schema, document, error)}; ${TODO}`)
  const known = data.answers.every(
    ({ input, left, right }) =>
      input < data.inputs.length && left < data.conditions.length && right < data.conditions.length && left !== right,
  )
  if (!known)
    throw complain(`${path}: expected answers about the conditions and inputs that it names, found others; ${TODO}`)
  return data
}

function textOf(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES) throw new StudyError(`${path}: expected answers, found a file of ${size} bytes; ${TODO}`)
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof StudyError) throw cause
    throw new StudyError(`${path}: expected the answers of a study, found ${reasonOf(cause)}`, { cause })
  }
}

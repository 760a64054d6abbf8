/**
 * JSON files of folders that people pass on, read like configs: bounded, checked against a schema, and the first mistake in one line
 * that names the file, the key, what was expected, what was found and what to do.
 */
import { join } from 'node:path'
import type { z } from 'zod'
import { checkNesting } from '../config/budget.ts'
import { expectation } from '../config/expectation.ts'
import { shown } from '../config/shown.ts'
import { schemaAt, valueAt } from '../config/validate.ts'
import { cut, reasonOf } from '../text/visible.ts'
import { RunFolderError } from './errors.ts'
import { isInside, MOST_TEXT_BYTES, readInside } from './inside.ts'

/** What to do about a file that is broken. */
const RESTORE = 'restore the file from a copy, or start the run anew'

/** Of a key, and of what the parser says, which quotes what it found. */
const LONGEST = 120

/** Makes the error of a document; CompareError and SweepError have documents of their own. */
export type Complain = (message: string, cause?: unknown) => Error

const complaint: Complain = (message, cause) => new RunFolderError(message, { cause })

/** How a document is read. */
export interface DocumentOptions {
  /** What to do when it is broken. */
  readonly todo?: string
  readonly complain?: Complain
  readonly most?: number
}

/**
 * Reads a document of a folder.
 *
 * @returns undefined where there is no such file
 * @throws RunFolderError (or what `complain` makes) for anything but what the schema describes
 */
export function readDocument<T>(
  folder: string,
  name: string,
  schema: z.ZodType<T>,
  { todo = RESTORE, complain = complaint, most = MOST_TEXT_BYTES }: DocumentOptions = {},
): T | undefined {
  if (!isInside(folder, name)) return undefined
  const path = join(folder, name)
  const json = parsedJson(readInside(folder, name, most).toString('utf8'), path, todo, complain)
  const result = schema.safeParse(json)
  // The document itself, not zod's copy of it: keys that the schema doesn't know stay.
  if (result.success) return json as T
  throw complain(`${path}: ${mistakeIn(schema, json, result.error)}; ${todo}`)
}

/** JSON in a file. What is nested so deeply that whatever goes through it would run out of stack is no document either. */
export function parsedJson(text: string, path: string, todo = RESTORE, complain: Complain = complaint): unknown {
  try {
    checkNesting(text)
    return JSON.parse(text)
  } catch (cause) {
    const found = text.trim() === '' ? 'nothing' : reasonOf(cause, LONGEST)
    throw complain(`${path}: expected JSON, found ${found}; ${todo}`, cause)
  }
}

/** The first mistake: `key: expected …, found …`. */
export function mistakeIn(schema: z.core.$ZodType, document: unknown, error: z.ZodError): string {
  const issue = error.issues[0]!
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return `${dotted([...path, issue.keys[0]!])}expected only keys that a run has, found another`
  }
  const found = valueAt(document, path)
  const here = schemaAt(schema, path)
  // A rule of our own (a refinement) says itself what it expects.
  const expected = issue.code === 'custom' || here === undefined ? issue.message : inWords(here)
  return `${dotted(path)}expected ${expected}, found ${shown(found)}`
}

function inWords(schema: z.core.$ZodType): string {
  try {
    return expectation(schema)
  } catch {
    return 'another value'
  }
}

function dotted(path: readonly string[]): string {
  if (path.length === 0) return ''
  return `${cut(path.join('.'), LONGEST)}: `
}

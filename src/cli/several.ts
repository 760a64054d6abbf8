/** Commands that work on several pictures: which those are, what each result is called, and going on where one of them fails. */

import { statSync } from 'node:fs'
import { basename, extname, join, resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { memoryProblem } from '../engine/memory.ts'
import { RephotoError } from '../error.ts'
import { outputPath } from '../output.ts'
import { isPictureName } from '../sweep/inputs.ts'
import { Interrupted, UsageError } from './failure.ts'
import { say, shownPath } from './print.ts'
import { isConfigName } from './source.ts'
import { isStandardInput } from './standard-input.ts'

/** The pictures that a command is given: files, all of a folder, all that fit a pattern. @throws UsageError where one names none */
export function picturesOf(sources: readonly string[]): string[] {
  const found = sources.flatMap((source) => {
    if (isStandardInput(source))
      throw new UsageError('-: expected picture files, found the standard input, which can be read only once')
    const entry = statSync(source, { throwIfNoEntry: false })
    if (entry?.isDirectory()) return orNone(source, 'a folder without pictures', inFolder(source))
    if (entry || !isDynamicPattern(source)) return [source]
    return orNone(
      source,
      'a pattern that none fits',
      globSync(source, { expandDirectories: false }).filter(isPictureName),
    )
  })
  return [...new Set(found.map((path) => resolve(path)))]
}

function inFolder(folder: string): string[] {
  const names = globSync('*', { cwd: folder, expandDirectories: false, onlyFiles: true }).filter(isPictureName)
  return names.map((name) => join(folder, name))
}

function orNone(source: string, what: string, found: string[]): string[] {
  if (found.length > 0) return found.sort()
  throw new UsageError(`${source}: expected pictures, found ${what}`)
}

export interface NamesOptions {
  /** As the user gave it: a file, a folder; undefined: the current folder. */
  readonly out: string | undefined
  /** Put behind the name of each picture. */
  readonly suffix: string
  /** Ending of the files, without its point; undefined: that of each picture, where it can be written. */
  readonly format: string | undefined
  readonly suffixes: readonly string[]
  readonly force: boolean
}

/**
 * The file that each picture's result goes to. Nothing is checked but what can be known before: no two may be the same.
 * @throws UsageError
 */
export function resultNames(pictures: readonly string[], { out, suffix, format, suffixes }: NamesOptions): string[] {
  const several = pictures.length > 1
  const isFile = out !== undefined && suffixes.includes(extname(out).toLowerCase()) && !isFolder(out)
  if (several && isFile)
    throw new UsageError(`--out ${out}: expected a folder for ${pictures.length} pictures, found the name of one`)
  if (isFile) return [resolve(out)]
  const names = pictures.map((picture) => {
    const own = extname(picture).toLowerCase()
    const ending = format === undefined ? (suffixes.includes(own) ? own : '.png') : `.${format}`
    return join(resolve(out ?? '.'), `${basename(picture, extname(picture))}${suffix}${ending}`)
  })
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new UsageError(
      `expected pictures of different names, found two that become ${shownPath(twice)}; name them in two calls`,
    )
  return names
}

const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Checks that a result can go to its file. @throws OutputError */
export function checkFree(file: string, inputs: readonly string[], { suffixes, force }: NamesOptions): void {
  outputPath({ out: file, name: '', suffixes, inputs, force })
}

/**
 * Does the same for each picture; what fails is told in a line and the others go on.
 * @throws UsageError at the end where some failed; what fails alone is thrown as it is
 */
export async function forEachPicture(
  pictures: readonly string[],
  work: (picture: string, index: number) => Promise<void>,
): Promise<void> {
  if (pictures.length === 1) return work(pictures[0]!, 0)
  let failed = 0
  for (const [index, picture] of pictures.entries()) {
    say(`${shownPath(picture)} (${index + 1} of ${pictures.length})`)
    try {
      await work(picture, index)
    } catch (thrown) {
      const error = memoryProblem(thrown) ?? thrown
      if (error instanceof Interrupted || error instanceof UsageError) throw error
      failed++
      say(`rephoto: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (failed > 0) throw new SomeFailedError(`${failed} of ${pictures.length} pictures failed; the others are done`)
}

/** Some of several pictures could not be worked on. */
export class SomeFailedError extends RephotoError {
  override readonly name: string = 'SomeFailedError'
}

/** A config among pictures would be a run of its own. */
export function refuseConfigs(sources: readonly string[], command: string): void {
  const config = sources.find(isConfigName)
  if (config !== undefined && sources.length > 1)
    throw new UsageError(`${config}: expected pictures, found a config among them; give it to ${command} alone`)
}

/**
 * Where a command writes that writes outside of a run folder. One rule for all: never over an input, not over a file that is there
 * unless told so, the suffix decides the format, a folder gets a name inside.
 */
import { lstatSync, type Stats, statSync } from 'node:fs'
import { extname, join, relative, resolve, sep } from 'node:path'
import { RephotoError } from './error.ts'

/** A place that can't be written to. The message is one line: what was expected, what was found, what to do. */
export class OutputError extends RephotoError {
  override readonly name: string = 'OutputError'
}

/** What is to be written. */
export interface OutputRequest {
  /** As the user gave it: a file, or a folder that exists or ends in a slash; undefined: the current folder. */
  readonly out: string | undefined
  /** Name of the file in a folder. */
  readonly name: string
  /** Suffixes that the file may have, the first for a name that has none to show. */
  readonly suffixes: readonly string[]
  /** Files that are read: they are never written over. */
  readonly inputs: readonly string[]
  /** Whether another file may be replaced. */
  readonly force: boolean
}

/** The file to write to. Checked before the work begins, and once more, by `exclusive` writing, at its end. */
export function outputPath({ out, name, suffixes, inputs, force }: OutputRequest): string {
  const path = isFolder(out) ? join(resolve(out ?? '.'), name) : resolve(out ?? name)
  const suffix = extname(path).toLowerCase()
  if (!suffixes.includes(suffix)) {
    const found = suffix === '' ? 'none' : `"${extname(path)}"`
    throw new OutputError(
      `${shown(path)}: expected a name that ends in ${suffixes.join(', ')}, found ${found}; ` +
        'the suffix decides the format, and a folder has to exist or end in a slash',
    )
  }
  claim(path, inputs, force)
  return path
}

/** Checks a file of any name. @throws OutputError for an input, a folder, and a file that is there where `force` is not given */
export function claim(path: string, inputs: readonly string[], force: boolean): void {
  if (inputs.some((input) => isSame(path, input))) {
    throw new OutputError(
      `${shown(path)}: expected another file than the input, found the input; choose another with --out`,
    )
  }
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (there?.isDirectory()) throw new OutputError(`${shown(path)}: expected a file, found a folder; name a file in it`)
  if (there && !force) {
    throw new OutputError(
      `${shown(path)}: expected a name that is free, found a file; choose another with --out, or add --force to replace it`,
    )
  }
}

function isFolder(out: string | undefined): boolean {
  if (out === undefined) return true
  return /[/\\]$/u.test(out) || (statSync(out, { throwIfNoEntry: false })?.isDirectory() ?? false)
}

/** Whether two names lead to one file, through links as well. */
function isSame(path: string, input: string): boolean {
  if (path === resolve(input)) return true
  const [a, b] = [path, input].map((name): Stats | undefined => statSync(name, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev && a.ino !== 0
}

/** Whether a path lies in a folder, or is it. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path))
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`))
}

function shown(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}

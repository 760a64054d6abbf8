/**
 * The only place where the command line writes. Results go to stdout, so that scripts can read them; everything else to
 * stderr. What is written here may hold names and messages of others: what a terminal would obey is written out, so that no
 * command has to think of it. Colours and lines that redraw are put around such text, not into it (progress.ts).
 */
import { relative } from 'node:path'
import { shellCommand } from '../text/shell.ts'
import { oneLine, visible } from '../text/visible.ts'

/** A result, as one line. */
export function print(line: string): void {
  process.stdout.write(`${oneLine(line)}\n`)
}

/** A result as JSON; what is escaped stays the same JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${visible(JSON.stringify(value, null, 2))}\n`)
}

/** Something to know that is not the result, as one line. */
export function say(line: string): void {
  process.stderr.write(`${oneLine(line)}\n`)
}

/** A path as the user would write it: short when it lies below the current folder. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}

/** A command to type, with its words quoted where a shell needs that. */
export function shownCommand(...words: readonly string[]): string {
  return shellCommand('rephoto', ...words)
}

/** Prints a result and where it is. */
export function printPath(what: string, path: string): void {
  print(`${what}: ${shownPath(path)}`)
}

/** Says what there is to say of a file that is used nonetheless. */
export function printRemark(path: string, remark: string): void {
  process.stderr.write(`warning: ${shownPath(path)}: ${remark}\n`)
}

/** What commands print when they are done. Results go to stdout, so that scripts can read them; progress to stderr. */
import { relative } from 'node:path'

/** A path as the user would write it: short when it lies below the current folder. */
export function shownPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' ? '.' : short.startsWith('..') ? path : short
}

/** Prints a result and where it is. */
export function printPath(what: string, path: string): void {
  process.stdout.write(`${what}: ${shownPath(path)}\n`)
}

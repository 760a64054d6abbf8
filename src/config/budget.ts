/**
 * Budgets of the texts that people write or pass on: configs, experiments, recipes, sets, pack files. A parser takes
 * many times the size of a text, and calls itself once for every bracket that is open; both are looked at before.
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { RephotoError } from '../error.ts'

/** Bytes of a config or an experiment; the longest that ships has 6 kB. */
export const MOST_CONFIG_BYTES = 1 << 20

/** Bytes of what programs write as JSON, such as the description of a large set. */
export const MOST_JSON_BYTES = 64 << 20

/** Brackets open at once; configs have six. */
const MOST_OPEN = 64

/** A text that is over its budget; the message says what was found, without its place. */
export class BudgetError extends RephotoError {
  override readonly name: string = 'BudgetError'
  readonly line: number | undefined

  constructor(found: string, line?: number) {
    super(found)
    this.line = line
  }
}

/**
 * The text of a file of at most so many bytes. A pipe or a device is read until it ends or has had its share.
 * @throws BudgetError, or what the system says
 */
export function readWithin(file: string, most: number): string {
  return bytesWithin(file, most).toString('utf8')
}

/** The bytes of a file, likewise. */
export function bytesWithin(file: string, most: number): Buffer {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const tooLong = (bytes: string) => new BudgetError(`${bytes} (at most ${inWords(most)} are read)`)
    if (size > most) throw tooLong(inWords(size))
    const chunks: Buffer[] = []
    let total = 0
    for (;;) {
      const chunk = Buffer.alloc(Math.min(1 << 20, Math.max(4096, size - total + 1)))
      const read = readSync(handle, chunk)
      if (read === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, read))
      total += read
      if (total > most) throw tooLong('more')
    }
  } finally {
    closeSync(handle)
  }
}

/**
 * What a file of JSON says, within the budget of what programs write.
 * @throws BudgetError, SyntaxError, or what the system says
 */
export function readJson(file: string, most = MOST_JSON_BYTES): unknown {
  const text = readWithin(file, most)
  checkNesting(text)
  return JSON.parse(text)
}

/** @throws BudgetError where a text of JSON or JSON5 opens more brackets, one in another, than is meant by anybody */
export function checkNesting(text: string, most = MOST_OPEN): void {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '[':
      case '{':
        if (++open > most) {
          const line = text.slice(0, at).split('\n').length
          throw new BudgetError(`brackets open ${open} deep (at most ${most} are read)`, line)
        }
        break
      case ']':
      case '}':
        open--
        break
      case '"':
      case "'":
        at = endOfString(text, at)
        break
      case '/':
        at = endOfComment(text, at)
        break
    }
  }
}

/** Where a string ends, or the line in which it was forgotten to: the parser says what is wrong there. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at]
    // A backslash before a line break, which Windows writes in two characters, goes on in the next line.
    if (char === '\\') at += text.startsWith('\r\n', at + 1) ? 2 : 1
    else if (char === text[start]) return at
    else if (char === '\n' || char === '\r') return at - 1
  }
  return text.length
}

/** What JSON5 takes for the end of a line. */
const LINE_END = /[\n\r\u2028\u2029]/gu

function endOfComment(text: string, start: number): number {
  if (text[start + 1] === '*') {
    const end = text.indexOf('*/', start + 2)
    return end < 0 ? text.length : end + 1
  }
  if (text[start + 1] !== '/') return start
  LINE_END.lastIndex = start
  return (LINE_END.exec(text)?.index ?? text.length) - 1
}

function inWords(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${bytes} bytes`
}

/**
 * From a JSON5 file to its object, with what the json5 package lets pass: keys that stand twice, Windows paths whose backslashes
 * it takes for escapes, other formats, and sizes that no config has.
 */
import { existsSync, statSync } from 'node:fs'
import JSON5 from 'json5'
import { oneLine, quote, reasonOf } from '../text/visible.ts'
import { BudgetError, bytesWithin, checkNesting, MOST_CONFIG_BYTES } from './budget.ts'
import { ConfigError, type ConfigPlace } from './errors.ts'
import { isObject, type JsonObject } from './merge.ts'
import { type Scan, scan } from './scan.ts'
import { shown } from './shown.ts'
import type { DocumentSource } from './validate.ts'

/** Reads a file that holds an object; `name` is how messages call it. */
export function readDocument(
  file: string,
  name: string,
): { readonly document: JsonObject; readonly source: DocumentSource } {
  return parseDocument(readText(file, name), name)
}

/** The same for the text of a file. */
export function parseDocument(
  text: string,
  name: string,
): { readonly document: JsonObject; readonly source: DocumentSource } {
  within(name, () => checkNesting(text))
  const document = parse(text, name)
  const found = scan(text)
  checkScan(found, name)
  return { document, source: { name, lines: found.lines } }
}

/** Does it; a text that is over its budget becomes an error of the config. */
function within<T>(name: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (!(cause instanceof BudgetError)) throw cause
    const place = { source: name, ...(cause.line === undefined ? {} : { line: cause.line }) }
    throw new ConfigError(`expected a config, found ${cause.message}`, place, { cause })
  }
}

function readText(file: string, name: string): string {
  let bytes: Buffer
  try {
    const entry = statSync(file)
    if (entry.isDirectory()) throw new ConfigError('expected a file, found a folder', { source: name })
    if (!entry.isFile())
      throw new ConfigError('expected a file, found a pipe or device; save it first', { source: name })
    bytes = within(name, () => bytesWithin(file, MOST_CONFIG_BYTES))
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    const { code } = cause as NodeJS.ErrnoException
    const found = code === 'ENOENT' ? 'no such file; check its path' : `${reasonOf(cause)}; check its permissions`
    throw new ConfigError(`expected a readable file, found ${found}`, { source: name }, { cause })
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new ConfigError('expected text in UTF-8, found UTF-16; save it as UTF-8', { source: name })
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const found = bytes.includes(0) ? 'a binary file' : 'bytes of another encoding; save it as UTF-8'
    throw new ConfigError(`expected text in UTF-8, found ${found}`, { source: name }, { cause })
  }
}

function parse(text: string, name: string): JsonObject {
  let document: unknown
  try {
    document = JSON5.parse(text)
  } catch (cause) {
    const { lineNumber } = cause as Error & { lineNumber?: number }
    const found = reasonOf(cause)
      .replace(/^JSON5: /u, '')
      .replace(/ at \d+:\d+$/u, '')
    const place = { source: name, ...(lineNumber === undefined ? {} : { line: lineNumber }) }
    throw new ConfigError(`expected JSON5, found ${found}${advice(text, lineNumber)}`, place, { cause })
  }
  if (isObject(document)) return document
  throw new ConfigError(`expected an object { … }, found ${shown(document)}`, { source: name })
}

/** What was probably meant by a text that is no JSON5. */
function advice(text: string, lineNumber: number | undefined): string {
  if (text.trim() === '') return '; the file is empty, an object { … } belongs in it'
  const line = text.split('\n')[(lineNumber ?? 1) - 1] ?? ''
  if (/\\/u.test(line)) return `; ${BACKSLASHES}`
  const first = /^(?:\s|#.*$)*(\S.*)$/mu.exec(text.slice(0, 10_000))?.[1] ?? ''
  if (/^(?:---|%YAML|[\w$.-]+\s*:(?:\s|$))/u.test(first))
    return '; it looks like YAML, a config is JSON5: { key: value, … }'
  if (/^(?:\[[\w.-]+\]\s*$|[\w.-]+\s*=)/u.test(first))
    return '; it looks like TOML, a config is JSON5: { key: value, … }'
  return ''
}

const BACKSLASHES = String.raw`in a JSON5 text a backslash is written twice ('C:\\photos\\anna.jpg'); / works too`

function checkScan({ twice, strings }: Scan, name: string): void {
  if (twice) {
    const { path, first, second } = twice
    const where =
      first.line === second.line
        ? `twice in line ${first.line}, at columns ${first.column} and ${second.column}`
        : `in line ${first.line} and again in line ${second.line}`
    throw new ConfigError(`expected each key once, found it ${where}; make one of both`, {
      source: name,
      line: second.line,
      path,
    })
  }
  for (const { text, line } of strings) {
    if (hasPlainBackslash(text)) {
      throw new ConfigError(
        `expected a text, found ${quote(text.slice(1, -1))} with single backslashes; ${BACKSLASHES}`,
        {
          source: name,
          line,
        },
      )
    }
  }
}

/** Whether a string was written as if backslashes were nothing special: 'C:\new', '\\server\scans'. */
function hasPlainBackslash(written: string): boolean {
  const escapes = [...written.matchAll(/\\([\s\S])/gu)].map(([, letter]) => letter!)
  if (/^["'][a-z]:\\/iu.test(written)) return escapes.some((letter) => /[a-z]/iu.test(letter))
  // \s, \g, \U stand for nothing, so that nobody writes them on purpose.
  return escapes.some((letter) => /[ac-eg-mo-qswyzA-Z]/u.test(letter))
}

/** Refuses a path in which a backslash and a letter became a line break or tab: 'photos\new.jpg'. */
export function checkPath(value: string, resolved: string, place: ConfigPlace): void {
  if (oneLine(value) === value || existsSync(resolved)) return
  throw new ConfigError(
    `expected a path, found ${shown(value)} with characters that no path has; ${BACKSLASHES}`,
    place,
  )
}

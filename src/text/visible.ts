/**
 * Text that others wrote (names of files, keys of configs, manifests, messages of libraries) as text that can be shown: it moves
 * no cursor, rings no bell, turns no line around, hides nothing, and ends where it seems to end.
 */
import { stripVTControlCharacters } from 'node:util'

/**
 * Control characters (C0, DEL, C1), format characters (bidirectional marks, overrides and isolates, zero-width ones, tags), lone
 * surrogates, the Unicode line separators, and letters that are blank.
 */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** What cannot be shown in the form that JSON has for it: `\u001b`. */
function escaped(character: string): string {
  return SHORT[character] ?? character.split('').map(unit).join('')
}

const unit = (text: string) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`

/** Text of any origin as one line that a terminal only prints: what cannot be shown is escaped, line breaks too. */
export function oneLine(text: string): string {
  return text.replaceAll(UNSHOWN, escaped)
}

/** The same for text that may have lines: line feeds and tabs stay as they are. */
export function visible(text: string): string {
  return text.replaceAll(UNSHOWN, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  )
}

/** At most so many UTF-16 units, the last one "…" where something was cut off; no character is cut in two. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${wholeCharacters(text.slice(0, most - 1))}…`
}

/** The same, with what is in the middle left out: the end of a message says what to do. */
export function cutMiddle(text: string, most: number): string {
  if (text.length <= most) return text
  const half = Math.floor((most - 1) / 2)
  const end = text.slice(text.length - half)
  return `${wholeCharacters(text.slice(0, half))}…${/^[\udc00-\udfff]/u.test(end) ? end.slice(1) : end}`
}

function wholeCharacters(text: string): string {
  return /[\ud800-\udbff]$/u.test(text) ? text.slice(0, -1) : text
}

/** A name from a file, in quotes, as one short line. */
export function quote(text: string): string {
  return `"${oneLine(cut(text, 80))}"`
}

/** Reasons longer than this are not read. */
const MOST_OF_A_REASON = 400

/**
 * The reason in the error of a library, as one line: all of its lines, for the first is often only a heading, without colours and
 * repetitions, and not longer than one reads.
 */
export function reasonOf(error: unknown, most = MOST_OF_A_REASON): string {
  const text = error instanceof Error ? error.message : String(error)
  // Ten times as much as is shown: enough of any message, and nobody can make this long work.
  const start = stripVTControlCharacters(text.slice(0, 10 * most))
  const lines = start
    .split(/[\r\n\u2028\u2029]+/u)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const folded = [...new Set(lines)].reduce(
    (all, line) => (all === '' ? line : /[.:;,]$/u.test(all) ? `${all} ${line}` : `${all}; ${line}`),
    '',
  )
  return cutMiddle(oneLine(folded), most) || 'no reason given'
}

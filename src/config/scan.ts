/**
 * What the json5 package does not tell of a text that it parsed: where the keys stand, which stand there twice, and how its strings
 * are written. A tokenizer just good enough for text that already parsed: strings, comments, brackets, everything else as words.
 */
import JSON5 from 'json5'

const TOKEN =
  /\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]+|\\[\s\S])*"|'(?:[^'\\]+|\\[\s\S])*'|[{}[\],:]|[^\s{}[\],:"'/]+|\s+|\//gu

/** A place in a text, both from 1. */
export interface TextPlace {
  readonly line: number
  readonly column: number
}

/** A key that stands twice in one object. */
export interface TwiceKey {
  readonly path: string
  readonly first: TextPlace
  readonly second: TextPlace
}

/** What a text shows besides its values. */
export interface Scan {
  /** Line of each key by its dotted path; list items count by their index. */
  readonly lines: Map<string, number>
  /** The first key that stands twice. */
  readonly twice: TwiceKey | undefined
  /** Strings as they are written, quotes included. */
  readonly strings: readonly { readonly text: string; readonly line: number }[]
}

interface Level {
  readonly list: boolean
  readonly keys: Map<string, TextPlace>
  key: string
  index: number
}

/** Scans a JSON5 text that parses, and whose brackets are within their budget. */
export function scan(text: string): Scan {
  const lines = new Map<string, number>()
  const strings: { text: string; line: number }[] = []
  const levels: Level[] = []
  let twice: TwiceKey | undefined
  let line = 1
  let lineStart = 0
  let word: { readonly text: string; readonly place: TextPlace } | undefined
  const path = () => levels.map((level) => (level.list ? String(level.index) : level.key)).join('.')
  const note = () => lines.set(path(), word?.place.line ?? line)

  for (const match of text.matchAll(TOKEN)) {
    const [token] = match
    const top = levels.at(-1)
    if (token === '{' || token === '[') {
      word = undefined
      if (top?.list) note()
      levels.push({ list: token === '[', keys: new Map(), key: '', index: 0 })
    } else if (token === '}' || token === ']') {
      levels.pop()
    } else if (token === ',') {
      if (top?.list) top.index++
    } else if (token === ':') {
      if (top && word) {
        top.key = keyOf(word.text)
        const first = top.keys.get(top.key)
        if (first) twice ??= { path: path(), first, second: word.place }
        top.keys.set(top.key, word.place)
        note()
      }
    } else if (/^\S/u.test(token) && !token.startsWith('//') && !token.startsWith('/*')) {
      word = { text: token, place: { line, column: match.index - lineStart + 1 } }
      if (/^["']/u.test(token)) strings.push({ text: token, line })
      if (top?.list) note()
    }
    // As editors and the json5 package count them.
    const last = token.lastIndexOf('\n')
    if (last >= 0) {
      line += token.split('\n').length - 1
      lineStart = match.index + last + 1
    }
  }
  return { lines, twice, strings }
}

/** A key without its quotes and escapes. */
function keyOf(word: string): string {
  if (!word.includes('\\')) return /^["']/u.test(word) ? word.slice(1, -1) : word
  return Object.keys(JSON5.parse<object>(`{${word}:0}`))[0] ?? word
}

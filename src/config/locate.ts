/**
 * Lines of keys in a JSON5 file, for error messages.
 *
 * The json5 package parses but keeps no positions. This walks over the same text with a tokenizer just good enough for
 * text that already parsed: strings, comments, brackets, everything else as words.
 */

const TOKEN =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|[{}[\],:]|[^\s{}[\],:"'/]+|\s+|\//gu

interface Level {
  readonly list: boolean
  key: string
  index: number
}

/** Line (from 1) of each key of a JSON5 text, by its dotted path; list items count by their index. */
export function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>()
  const levels: Level[] = []
  let line = 1
  let word: { readonly text: string; readonly line: number } | undefined
  const path = () => levels.map((level) => (level.list ? String(level.index) : level.key)).join('.')

  for (const [token] of text.matchAll(TOKEN)) {
    const top = levels.at(-1)
    if (token === '{' || token === '[') {
      if (top?.list) lines.set(path(), line)
      levels.push({ list: token === '[', key: '', index: 0 })
    } else if (token === '}' || token === ']') {
      levels.pop()
    } else if (token === ',') {
      if (top?.list) top.index++
    } else if (token === ':') {
      if (top && word) {
        top.key = word.text
        lines.set(path(), word.line)
      }
    } else if (/^\S/u.test(token) && !token.startsWith('//') && !token.startsWith('/*')) {
      word = { text: /^["']/u.test(token) ? token.slice(1, -1) : token, line }
      if (top?.list) lines.set(path(), line)
    }
    line += token.split('\n').length - 1
  }
  return lines
}

/** Line of a key, or of the nearest key around it that stands in the file. */
export function lineOf(lines: ReadonlyMap<string, number>, path: readonly string[]): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(path.slice(0, length).join('.'))
    if (line !== undefined) return line
  }
  return undefined
}

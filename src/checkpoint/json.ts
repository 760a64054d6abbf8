/**
 * A JSON reader for headers that strangers wrote. JSON.parse keeps the last of two equal keys in silence and gives no
 * byte offsets; here an equal key is an error, objects are Maps (no `__proto__`), depth is limited, and every error
 * carries the offset. RFC 8259, strict.
 */
import { CheckpointError, quote } from './errors.ts'

export type Json = null | boolean | number | string | Json[] | Map<string, Json>

/** Values in a header, of which a tensor has about nine: each takes tens of bytes, however short it is written. */
const maxValues = 2_500_000

/** Parses the UTF-8 bytes; `base` is their offset in the file, for messages. Trailing spaces are allowed. */
export function parseJson(bytes: Uint8Array, source: string, base: number, maxDepth = 8, most = maxValues): Json {
  let at = 0
  let values = 0
  const fail = (problem: string, where = at): never => {
    throw new CheckpointError(source, `header is not valid JSON: ${problem}`, base + where)
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  const skipSpace = () => {
    for (let c = bytes[at]; c === 32 || c === 10 || c === 13 || c === 9; c = bytes[at]) at++
  }
  const expect = (char: string) => {
    if (bytes[at] !== char.charCodeAt(0)) fail(`"${char}" expected`)
    at++
  }
  const string = (): string => {
    const start = at
    expect('"')
    let plain = true
    for (;;) {
      const c = bytes[at]
      if (c === undefined) return fail('string without an end', start)
      if (c < 32) return fail('control character in a string')
      at++
      if (c === 34) break
      if (c === 92) {
        plain = false
        at++
      }
    }
    try {
      // The escapes are left to JSON.parse: one string cannot hold a duplicate key.
      const text = decoder.decode(bytes.subarray(start, at))
      return plain ? text.slice(1, -1) : (JSON.parse(text) as string)
    } catch {
      return fail('bad escape or bad UTF-8 in a string', start)
    }
  }
  const number = (): number => {
    const start = at
    while (at < bytes.length && '+-.0123456789eE'.includes(String.fromCharCode(bytes[at] ?? 0))) at++
    const text = String.fromCharCode(...bytes.subarray(start, Math.min(at, start + 40)))
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) || at - start > 40) fail('a value expected', start)
    return Number(text)
  }
  const word = <T extends Json>(text: string, value: T): T => {
    for (const char of text) expect(char)
    return value
  }
  const value = (depth: number): Json => {
    if (depth > maxDepth) return fail(`nested deeper than ${maxDepth}`)
    if (++values > most) return fail(`more than ${most} values`)
    skipSpace()
    switch (bytes[at]) {
      case 0x7b:
        return object(depth)
      case 0x5b:
        return array(depth)
      case 0x22:
        return string()
      case 0x74:
        return word('true', true)
      case 0x66:
        return word('false', false)
      case 0x6e:
        return word('null', null)
      default:
        return number()
    }
  }
  const object = (depth: number): Map<string, Json> => {
    const out = new Map<string, Json>()
    at++
    skipSpace()
    if (bytes[at] === 0x7d) {
      at++
      return out
    }
    for (;;) {
      skipSpace()
      const start = at
      const key = string()
      if (out.has(key)) fail(`the key ${quote(key)} appears twice`, start)
      skipSpace()
      expect(':')
      out.set(key, value(depth + 1))
      skipSpace()
      if (bytes[at] !== 0x2c) break
      at++
    }
    expect('}')
    return out
  }
  const array = (depth: number): Json[] => {
    const out: Json[] = []
    at++
    skipSpace()
    if (bytes[at] === 0x5d) {
      at++
      return out
    }
    for (;;) {
      out.push(value(depth + 1))
      skipSpace()
      if (bytes[at] !== 0x2c) break
      at++
    }
    expect(']')
    return out
  }

  const result = value(0)
  skipSpace()
  if (at !== bytes.length) fail('text after the end of the object')
  return result
}

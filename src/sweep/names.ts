/** Names of conditions, inputs and runs: they become folders, so they hold what every file system takes. */
import { createHash } from 'node:crypto'
import { SweepError } from './error.ts'

/** Three names, what stands between them, and a temporary suffix have to fit into the 255 bytes of a file's name. */
const MOST_BYTES = 72

/** A name that is safe as a folder: letters, digits, . _ - only. Long ones end in part of a hash that tells them apart. */
export function slug(text: string): string {
  const name =
    text
      .normalize('NFC')
      .replaceAll(/[^\p{L}\p{N}._]+/gu, '-')
      .replaceAll(/^[-.]+|-+$/gu, '') || 'x'
  if (Buffer.byteLength(name) <= MOST_BYTES) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  let start = ''
  for (const character of name) {
    if (Buffer.byteLength(start + character) > MOST_BYTES - 9) break
    start += character
  }
  return `${start}-${hash}`
}

/** Name of a run. Stable: it depends on nothing but its condition, input and seed. */
export function runName(condition: string, input: string, seed: number): string {
  return `${condition}--${input}--${seed}`
}

/** Throws when two things have the same name; `advice` says what to do. */
export function checkDistinct(names: readonly string[], what: string, advice: string): void {
  const seen = new Set<string>()
  for (const name of names) {
    // Some file systems do not tell capitals from small letters.
    const key = name.toLowerCase()
    if (seen.has(key)) throw new SweepError(`expected ${what} of different names, found "${name}" twice; ${advice}`)
    seen.add(key)
  }
}

/**
 * Dotted keys in as few of their last parts as tell them apart; a weight goes by its term. Of `losses.eye.weight`,
 * `losses.face.size` and `losses.style.size`: eye, face.size, style.size.
 */
export function shortKeys(keys: readonly string[]): ReadonlyMap<string, string> {
  const terms = keys.map((key) => key.replace(/\.weight$/u, ''))
  const parts = keys.map((key, i) =>
    (terms.indexOf(terms[i]!) === terms.lastIndexOf(terms[i]!) ? terms[i]! : key).split('.'),
  )
  const shortest = parts.map((own) => {
    for (let count = 1; count < own.length; count++) {
      const short = own.slice(-count).join('.')
      if (parts.filter((other) => other.slice(-count).join('.') === short).length === 1) return short
    }
    return own.join('.')
  })
  return new Map(keys.map((key, i) => [key, shortest[i]!]))
}

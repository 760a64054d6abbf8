/** A found value in a message: short, whatever it is, and what it is (JSON would turn NaN into null). */
import { cut, oneLine } from '../text/visible.ts'

const MOST = 60

/** At most sixty characters of a value. */
export function shown(value: unknown): string {
  return cut(oneLine(written(value, MOST)), MOST)
}

/** Stops when there is enough, so that a large value costs no more than a small one. */
function written(value: unknown, room: number): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MOST + 1))
  if (typeof value !== 'object' || value === null) return String(value)
  // Half of it would already not be read.
  if (room <= 2) return '…'
  const isList = Array.isArray(value)
  let text = isList ? '[' : '{'
  const entries = isList ? value.keys() : Object.keys(value)
  let first = true
  for (const key of entries) {
    if (text.length > room) break
    const part = written((value as Readonly<Record<string | number, unknown>>)[key], room - text.length - 1)
    text += `${first ? '' : ','}${isList ? '' : `${JSON.stringify(String(key).slice(0, MOST + 1))}:`}${part}`
    first = false
  }
  return `${text}${isList ? ']' : '}'}`
}

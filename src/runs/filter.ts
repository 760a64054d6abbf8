/** Which runs are meant: conditions such as `status=complete` or `truth.psnr>20`. */
import { shown } from '../config/shown.ts'
import type { RunEntry } from './entry.ts'
import { ListError } from './error.ts'
import { type FieldValue, fieldOf } from './fields.ts'

const OPERATORS = ['>=', '<=', '!=', '=', '>', '<', '~'] as const
type Operator = (typeof OPERATORS)[number]

/** A condition on a field. */
interface Condition {
  readonly key: string
  readonly operator: Operator
  readonly value: string
}

/**
 * Runs that fulfil every condition.
 *
 * @param conditions key, operator and value: = and != compare text or numbers, < <= > >= numbers or text in its order, ~ asks
 * whether the text is in it. A run without the key fulfils != and no other.
 * @throws ListError for what is no condition, and for a key that no run has
 */
export function filterRuns(runs: readonly RunEntry[], conditions: readonly string[]): readonly RunEntry[] {
  return conditions.map(parsed).reduce((left, { key, operator, value }) => {
    const field = fieldOf(key, runs)
    return left.filter((run) => holds(key === 'tags' ? run.tags.tags : [field.of(run)], operator, value))
  }, runs)
}

function parsed(text: string): Condition {
  const [, key, operator, value] = /^\s*([^=<>!~\s]+)\s*(>=|<=|!=|=|>|<|~)\s*(.*?)\s*$/su.exec(text) ?? []
  if (key === undefined || operator === undefined || value === undefined)
    throw new ListError(
      `${shown(text)}: expected a key, one of ${OPERATORS.join(' ')} and a value, such as status=complete or truth.psnr>20`,
    )
  return { key, operator: operator as Operator, value }
}

/** Of a list of values (tags) one has to do; with != none may be it. */
function holds(values: readonly FieldValue[], operator: Operator, wanted: string): boolean {
  if (operator === '!=') return !values.some((value) => isEqual(value, wanted))
  return values.some((value) => {
    if (value === undefined || value === null) return false
    if (operator === '=') return isEqual(value, wanted)
    if (operator === '~') return String(value).toLowerCase().includes(wanted.toLowerCase())
    const number = Number(wanted)
    const isNumber = typeof value === 'number' && wanted !== '' && !Number.isNaN(number)
    const order = isNumber ? value - number : String(value).localeCompare(wanted, 'en')
    if (operator === '>') return order > 0
    if (operator === '<') return order < 0
    return operator === '>=' ? order >= 0 : order <= 0
  })
}

function isEqual(value: FieldValue, wanted: string): boolean {
  if (value === undefined || value === null) return false
  return String(value) === wanted || (typeof value === 'number' && wanted !== '' && value === Number(wanted))
}

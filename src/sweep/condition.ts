/** What conditions are, for what makes them and what runs them. */
import type { Fragment } from '../config/index.ts'
import type { FromTruth } from './schema.ts'

/** What differs from the base in some runs. */
export interface Condition {
  readonly name: string
  readonly label?: string
  readonly config: Fragment
  /** The same, dotted, and what follows the truth in words. */
  readonly set: Readonly<Record<string, unknown>>
  readonly fromTruth: FromTruth
}

// The terms of the objective as a config names them: what follows from the list in terms/terms.ts.

import { z } from 'zod'
import type { TermContext, TermKind, TermNetwork } from './term.ts'
import * as termKinds from './terms/terms.ts'

type Kinds = typeof termKinds
export type TermName = keyof Kinds

/** Configs of terms by key; absent ones and those of weight 0 are left out of the objective. */
export type LossesConfig = { [Name in TermName]?: z.infer<Kinds[Name]['schema']> }

/** The terms of the reference, in the order in which it adds them up; all others follow by name. */
const reference = ['face', 'eye', 'contextual', 'colorTransfer', 'noise'] as const satisfies TermName[]

/** Keys of all terms, in the order of sums, tables and columns. */
export const termNames: readonly TermName[] = [
  ...new Set<TermName>([...reference, ...(Object.keys(termKinds) as TermName[])]),
]

interface AnyConfig {
  weight: number
}

function kindOf(name: TermName): TermKind<z.ZodObject> {
  return (termKinds as Readonly<Record<string, unknown>>)[name] as TermKind<z.ZodObject>
}

function used(losses: LossesConfig): [TermName, AnyConfig][] {
  return termNames.flatMap((name): [TermName, AnyConfig][] => {
    const config = losses[name]
    return config && config.weight > 0 ? [[name, config]] : []
  })
}

/** Schema of `losses` in a complete config. */
export const lossesSchema = z.strictObject(
  Object.fromEntries(termNames.map((name) => [name, kindOf(name).schema])) as {
    [Name in TermName]: Kinds[Name]['schema']
  },
)

/** The reference's objective for a generator of `size` px, with every other term at weight 0. */
export function defaultLosses(size: number): z.infer<typeof lossesSchema> {
  return Object.fromEntries(termNames.map((name) => [name, kindOf(name).defaults(size)])) as z.infer<
    typeof lossesSchema
  >
}

/** The first value of a term in use that does not fit a generator of `size` px: its path below `losses`, and why. */
export function misfitOf(losses: LossesConfig, size: number): { path: string; expected: string } | undefined {
  for (const [name, config] of used(losses)) {
    const misfit = kindOf(name).misfit?.(config as never, size)
    if (misfit) return { path: `${name}.${misfit[0]}`, expected: misfit[1] }
  }
  return undefined
}

/** Networks that the terms in use look through: what a run needs, and what no metric should be made of. */
export function networksOfLosses(losses: LossesConfig): TermNetwork[] {
  return [...new Set(used(losses).flatMap(([name, config]) => kindOf(name).networks(config as never)))]
}

export interface Term {
  name: string
  weight: number
  /** The raw loss, a single number. */
  build(context: TermContext): ReturnType<TermKind<z.ZodObject>['build']>
}

/** The terms in use. */
export function lossTerms(losses: LossesConfig): Term[] {
  return used(losses).map(([name, config]) => ({
    name,
    weight: config.weight,
    build: (context) => kindOf(name).build(config as never, context),
  }))
}

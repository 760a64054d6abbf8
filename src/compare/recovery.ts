/**
 * Is the truth found? For inputs whose degradation is known: under which condition does each criterion come out best,
 * and is that the condition with the true value? Works for any key of the degradation that the conditions set
 * differently and the truth has as well: names (the emulsion) and numbers (a blur radius, where the nearest of the
 * offered values counts as the true one). Where several keys are known, each is judged among the conditions that are
 * right in the others: a wrong film with the right blur says nothing about blurs.
 */
import { bootstrapInterval, type Interval, mean } from './bootstrap.ts'
import { configDifferences } from './config-differences.ts'
import type { Grid } from './grid.ts'
import { distinctConditions, type KnownFactor, knownFactor } from './known-factor.ts'
import type { ComparedMetric } from './metrics.ts'
import { type Mark, markOf, unitsOf } from './summary.ts'
import { wilson } from './wilson.ts'

/** What a criterion chose for one input. Values as JSON. */
export interface Choice {
  readonly input: string
  readonly truth: string
  /** The offered value that is the truth, or nearest to it. */
  readonly nearest: string
  readonly chosen: string
}

/** A metric used to choose among the conditions, averaged over seeds. */
export interface Criterion {
  readonly metric: ComparedMetric
  readonly choices: readonly Choice[]
  readonly hits: number
  /** Share of hits if one of the different configs were chosen blindly: several can have the true value. */
  readonly chance: number
  /** 95 % interval of the share of hits. */
  readonly range: readonly [low: number, high: number]
}

/** A metric under the true value beside its mean under the wrong ones, over inputs. */
export interface Matched {
  readonly metric: ComparedMetric
  readonly right: number
  readonly wrong: number
  readonly difference: Interval
  readonly units: number
  readonly improved: number
  readonly mark: Mark | null
}

/** A key of the degradation that is both set and known. */
export interface Factor {
  readonly key: string
  /** Offered values as JSON, in the order of the conditions. */
  readonly values: readonly string[]
  readonly criteria: readonly Criterion[]
  readonly matched: readonly Matched[]
}

/** What can be said of finding the truth. */
export interface Recovery {
  readonly factors: readonly Factor[]
  /** Further keys in which the conditions differ, so that not only the factors tell them apart. */
  readonly others: readonly string[]
}

/** Undefined where no key is both set differently and known. */
export function recoveryOf(grid: Grid, metrics: readonly ComparedMetric[]): Recovery | undefined {
  const differing = configDifferences(grid).map(({ key }) => key)
  const all = differing.flatMap((key) => (key.startsWith('degradation.') ? (knownFactor(grid, key) ?? []) : []))
  const factors = all.map((factor) => judged(grid, metrics, factor, all)).filter(({ criteria }) => criteria.length > 0)
  if (factors.length === 0) return undefined
  // The run's sensitivity is the spectral stage's by default: the same factor by its other name.
  const known = new Set(['sensitivity', ...factors.map(({ key }) => key)])
  return { factors, others: differing.filter((key) => !known.has(key)) }
}

function judged(
  grid: Grid,
  metrics: readonly ComparedMetric[],
  factor: KnownFactor,
  all: readonly KnownFactor[],
): Factor {
  const { inputs, seeds, at } = grid
  const { key, values, truths, offered } = factor
  const known = [...truths].map(([input, { truth, nearest }]) => {
    const isRight = (condition: string, { truths, offered }: KnownFactor) =>
      !truths.has(input) || offered(condition, input) === truths.get(input)!.nearest
    const names = distinctConditions(grid, input)
    const otherwiseRight = names.filter((name) => all.every((other) => other === factor || isRight(name, other)))
    const choice = new Set(otherwiseRight.map((name) => offered(name, input)))
    // Keys that are only ever changed together can't be told apart.
    return { input, truth, nearest, names: choice.size > 1 && choice.has(nearest) ? otherwiseRight : names }
  })

  const level = (metric: ComparedMetric, condition: string, input: string) => {
    const found = seeds.flatMap((seed) => at(condition, input, seed)?.metrics[metric.key] ?? [])
    return found.length > 0 ? mean(found) : undefined
  }

  const criteria = metrics.filter(canChoose).flatMap((metric): Criterion[] => {
    const sign = metric.better === 'higher' ? -1 : 1
    const shares: number[] = []
    const choices = known.flatMap(({ input, truth, nearest, names }): Choice[] => {
      const candidates = names.flatMap((name) => {
        const [value, chosen] = [level(metric, name, input), offered(name, input)]
        return value === undefined || chosen === undefined ? [] : [{ score: sign * value, chosen }]
      })
      const right = candidates.filter(({ chosen }) => chosen === nearest).length
      // Without a number under the true value, or under a wrong one, there is nothing to choose.
      if (right === 0 || right === candidates.length) return []
      shares.push(right / candidates.length)
      const best = candidates.reduce((a, b) => (b.score < a.score ? b : a))
      return [{ input, truth, nearest, chosen: best.chosen }]
    })
    const hits = choices.filter(({ chosen, nearest }) => chosen === nearest).length
    return choices.length > 0
      ? [{ metric, choices, hits, chance: mean(shares), range: wilson(hits, choices.length) }]
      : []
  })

  const matched = metrics.filter(canMatch).flatMap((metric): Matched[] => {
    const sides = new Map(
      known.map(({ input, nearest, names }) => {
        const side = (right: boolean) =>
          names.flatMap((name) => {
            const value = offered(name, input)
            return value !== undefined && (value === nearest) === right ? (level(metric, name, input) ?? []) : []
          })
        return [input, { right: side(true), wrong: side(false) }]
      }),
    )
    const whole = [...sides.values()].filter(({ right, wrong }) => right.length > 0 && wrong.length > 0)
    if (whole.length === 0) return []
    // Seeds are averaged already, so that one place stands for all of them.
    const { units } = unitsOf({ inputs, seeds: [0] }, (input) => {
      const { right = [], wrong = [] } = sides.get(input) ?? {}
      return right.length > 0 && wrong.length > 0 ? mean(right) - mean(wrong) : undefined
    })
    const difference = bootstrapInterval(units.map(({ value }) => value))
    const sign = metric.better === 'lower' ? -1 : 1
    return [
      {
        metric,
        right: mean(whole.map(({ right }) => mean(right))),
        wrong: mean(whole.map(({ wrong }) => mean(wrong))),
        difference,
        units: units.length,
        improved: units.filter(({ value }) => sign * value > 0).length,
        mark: markOf(difference, units.length, metric.better),
      },
    ]
  })
  return { key, values, criteria, matched }
}

/** What one could choose a condition by: the objective, and all that has a better side and is about the result. */
function canChoose({ key, better }: ComparedMetric): boolean {
  if (/^(?:sibling|camera)\./u.test(key)) return false
  return better !== null || key === 'loss.total' || key === 'loss.face'
}

function canMatch({ key, better }: ComparedMetric): boolean {
  return better !== null && !key.startsWith('sibling.')
}

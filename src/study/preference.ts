/** What answers say: how often each condition is preferred to each other, with intervals. */
import { wilson } from '../compare/wilson.ts'
import { randomStream } from '../numbers/random.ts'
import { bradleyTerry } from './bradley-terry.ts'
import type { StudyResults } from './results.ts'

/** Two conditions beside each other. */
export interface PairPreference {
  readonly first: string
  readonly second: string
  readonly choices: number
  /** How often the first was preferred. */
  readonly preferred: number
  readonly share: number
  /** Wilson's 95 % interval of the share. */
  readonly low: number
  readonly high: number
  /** Of the exact two-sided binomial test against 1/2. */
  readonly p: number
}

/** A condition among all. */
export interface Strength {
  readonly condition: string
  readonly choices: number
  readonly preferred: number
  /** Bradley–Terry, logarithmic, 0 for the first condition; NaN where nothing joins them. */
  readonly strength: number
  readonly low: number
  readonly high: number
}

/** What a study came to. */
export interface Preference {
  readonly participants: number
  readonly choices: number
  readonly pairs: readonly PairPreference[]
  /** Of three conditions or more. */
  readonly strengths: readonly Strength[]
  /** What was resampled for their intervals. */
  readonly resampled: 'participants' | 'inputs' | 'choices'
  /** How often the left one was chosen: near one half, unless sides decided. */
  readonly left: { readonly count: number; readonly share: number; readonly low: number; readonly high: number }
  /** Of the choices that were shown twice, how many came out the same. */
  readonly consistent: { readonly same: number; readonly of: number }
  readonly medianSeconds: number
}

/** Fewer are not resampled: as in comparisons. */
const FEWEST_UNITS = 6
const DRAWS = 2000
const TAIL = 0.025

interface Choice {
  readonly participant: number
  readonly input: number
  readonly seed: number
  readonly won: number
  readonly lost: number
}

/** Counts the answers of all participants. Second showings tell of consistency, and are counted nowhere else. */
export function preferenceOf(results: readonly StudyResults[]): Preference {
  const { conditions } = results[0]!
  const answers = results.flatMap((one, participant) => one.answers.map((answer) => ({ ...answer, participant })))
  const choices: Choice[] = answers
    .filter(({ repeat }) => !repeat)
    .map(({ participant, input, seed, left, right, chosen }) => ({
      ...{ participant, input, seed },
      ...(chosen === 'left' ? { won: left, lost: right } : { won: right, lost: left }),
    }))
  const wins = winsOf(choices, conditions.length)
  const left = answers.filter(({ chosen }) => chosen === 'left').length
  const [low, high] = wilson(left, answers.length)
  const { intervals, resampled } = intervalsOf(choices, conditions.length)
  const strengths = conditions.length > 2 ? bradleyTerry(wins) : []
  const times = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return {
    participants: results.length,
    choices: choices.length,
    pairs: pairsOf(wins, conditions),
    strengths: strengths.map((strength, a) => ({
      condition: conditions[a]!,
      choices: wins.reduce((sum, row, b) => sum + wins[a]![b]! + row[a]!, 0),
      preferred: wins[a]!.reduce((sum, one) => sum + one, 0),
      strength,
      ...intervals[a]!,
    })),
    resampled,
    left: { count: left, share: answers.length === 0 ? 0 : left / answers.length, low, high },
    consistent: consistencyOf(answers),
    medianSeconds: (times[times.length >> 1] ?? 0) / 1000,
  }
}

function winsOf(choices: readonly Choice[], count: number): number[][] {
  const wins = Array.from({ length: count }, () => new Array<number>(count).fill(0))
  for (const { won, lost } of choices) wins[won]![lost]!++
  return wins
}

function pairsOf(wins: readonly (readonly number[])[], conditions: readonly string[]): PairPreference[] {
  return conditions.flatMap((first, a) =>
    conditions.slice(a + 1).flatMap((second, offset) => {
      const b = a + 1 + offset
      const [preferred, choices] = [wins[a]![b]!, wins[a]![b]! + wins[b]![a]!]
      if (choices === 0) return []
      const [low, high] = wilson(preferred, choices)
      const p = binomialTest(preferred, choices)
      return [{ first, second, choices, preferred, share: preferred / choices, low, high, p }]
    }),
  )
}

/** P of a count at least as unlikely as this one, of so many throws of a coin. */
export function binomialTest(count: number, total: number): number {
  const logs = [0]
  for (let k = 1; k <= total; k++) logs.push(logs[k - 1]! + Math.log((total - k + 1) / k))
  const own = logs[count]!
  // Equal ones may differ in their last digit.
  const sum = logs.filter((log) => log <= own + 1e-9).reduce((all, log) => all + Math.exp(log - total * Math.LN2), 0)
  return Math.min(1, sum)
}

/** Percentile intervals of strengths; resampled are participants, with few of them inputs, with few of both the choices. */
function intervalsOf(choices: readonly Choice[], count: number) {
  const unitOf = {
    participants: ({ participant }: Choice) => participant,
    inputs: ({ input }: Choice) => input,
  }
  const enough = (kind: 'participants' | 'inputs') => new Set(choices.map(unitOf[kind])).size >= FEWEST_UNITS
  const resampled = enough('participants') ? 'participants' : enough('inputs') ? 'inputs' : 'choices'
  const nothing = Array.from({ length: count }, () => ({ low: Number.NaN, high: Number.NaN }))
  if (count < 3 || choices.length === 0) return { intervals: nothing, resampled } as const
  const units = new Map<number, Choice[]>()
  for (const [i, choice] of choices.entries()) {
    const unit = resampled === 'choices' ? i : unitOf[resampled](choice)
    units.set(unit, [...(units.get(unit) ?? []), choice])
  }
  const all = [...units.values()]
  const random = randomStream(0, 'study')
  const draws = Array.from({ length: DRAWS }, () =>
    bradleyTerry(
      winsOf(
        all.flatMap(() => all[random.integer(all.length)]!),
        count,
      ),
    ),
  )
  const intervals = nothing.map((_, a) => {
    const values = draws.map((draw) => draw[a]!).filter((value) => !Number.isNaN(value))
    values.sort((x, y) => x - y)
    const at = (share: number) => values[Math.round(share * (values.length - 1))] ?? Number.NaN
    return { low: at(TAIL), high: at(1 - TAIL) }
  })
  return { intervals, resampled } as const
}

function consistencyOf(answers: readonly (StudyResults['answers'][number] & { participant: number })[]) {
  const winner = (answer: (typeof answers)[number]) => (answer.chosen === 'left' ? answer.left : answer.right)
  const isSame = (a: (typeof answers)[number], b: (typeof answers)[number]) =>
    a.participant === b.participant &&
    a.input === b.input &&
    a.seed === b.seed &&
    a.left === b.right &&
    a.right === b.left
  const again = answers.flatMap((answer) => {
    const first = answer.repeat ? answers.find((one) => !one.repeat && isSame(one, answer)) : undefined
    return first ? [winner(first) === winner(answer)] : []
  })
  return { same: again.filter((same) => same).length, of: again.length }
}

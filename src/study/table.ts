/** What a study came to, as a table: for a terminal, Markdown, CSV or JSON. */
import { csvOf } from '../compare/csv.ts'
import type { PairPreference, Preference, Strength } from './preference.ts'

/** What can be made of it. */
export type StudyFormat = 'text' | 'md' | 'csv' | 'json'

const percent = (share: number) => `${(100 * share).toFixed(0)} %`
const decimal = (value: number) => (Number.isFinite(value) ? value.toFixed(2).replace('-', '−') : '–')

/** The lines of it. */
export function studyLines(preference: Preference, format: StudyFormat): string[] {
  if (format === 'json') return [JSON.stringify(preference, null, 2)]
  const { pairs, strengths } = preference
  if (format === 'csv') return csvLines(pairs)
  const tables = [rowsOfPairs(pairs), ...(strengths.length > 0 ? [rowsOfStrengths(strengths)] : [])]
  return [...tables.flatMap((rows) => [...(format === 'md' ? markdown(rows) : plain(rows)), '']), ...words(preference)]
}

function csvLines(pairs: readonly PairPreference[]): string[] {
  const head = ['first', 'second', 'choices', 'preferred', 'share', 'low', 'high', 'p']
  const rows = pairs.map((one) => [
    one.first,
    one.second,
    one.choices,
    one.preferred,
    one.share,
    one.low,
    one.high,
    one.p,
  ])
  return csvOf(head, rows).trimEnd().split('\n')
}

function rowsOfPairs(pairs: readonly PairPreference[]): string[][] {
  const head = ['preferred', 'to', 'choices', 'share', '95 % interval', 'p']
  return [
    head,
    ...pairs.map((pair) => {
      // The one that was preferred stands first.
      const turned = pair.share < 0.5
      const [first, second] = turned ? [pair.second, pair.first] : [pair.first, pair.second]
      const count = turned ? pair.choices - pair.preferred : pair.preferred
      const [low, high] = turned ? [1 - pair.high, 1 - pair.low] : [pair.low, pair.high]
      const p = pair.p < 0.001 ? '< 0.001' : pair.p.toFixed(3)
      return [
        first,
        second,
        `${count} of ${pair.choices}`,
        percent(count / pair.choices),
        `${percent(low)} … ${percent(high)}`,
        p,
      ]
    }),
  ]
}

function rowsOfStrengths(strengths: readonly Strength[]): string[][] {
  return [
    ['condition', 'preferred', 'strength', '95 % interval'],
    ...strengths
      .toSorted((a, b) => b.strength - a.strength)
      .map(({ condition, preferred, choices, strength, low, high }, _, all) => [
        condition,
        `${preferred} of ${choices}`,
        decimal(strength),
        // The first condition is the zero of the scale.
        low === 0 && high === 0 && all.length > 0 ? 'the scale’s zero' : `${decimal(low)} … ${decimal(high)}`,
      ]),
  ]
}

function words({ participants, choices, left, consistent, medianSeconds, resampled, strengths }: Preference): string[] {
  const bias = left.low > 0.5 || left.high < 0.5 ? ': sides played a part' : ''
  return [
    `${participants} participant${participants === 1 ? '' : 's'}, ${choices} choices, ${medianSeconds.toFixed(1)} s each in the median`,
    `the left one was chosen in ${percent(left.share)} (${percent(left.low)} … ${percent(left.high)})${bias}`,
    ...(consistent.of > 0 ? [`of ${consistent.of} choices shown again, ${consistent.same} came out the same`] : []),
    'intervals of shares are Wilson’s, which take choices as independent of each other; p is of the exact binomial test against one half',
    ...(strengths.length > 0
      ? [`strengths are Bradley–Terry’s, as logarithms; their intervals are bootstrap ones over ${resampled}`]
      : []),
  ]
}

function plain(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => [...row[i]!].length)))
  return rows.map((row) =>
    row
      .map((cell, i) => cell + ' '.repeat(widths[i]! - [...cell].length))
      .join('  ')
      .trimEnd(),
  )
}

function markdown([head, ...rows]: readonly (readonly string[])[]): string[] {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [row(head!), row(head!.map(() => '---')), ...rows.map(row)]
}

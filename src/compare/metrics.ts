/**
 * The metrics of a comparison: which there are, in a table's order, what they mean, and which of them are no evidence
 * because a compared loss looks through the same network.
 */
import type { MetricDescription } from '../metrics/description.ts'
import type { Grid } from './grid.ts'

/** A metric as a comparison shows it. */
export interface ComparedMetric extends MetricDescription {
  readonly group: string
  /** Networks of it that a loss of one of the runs uses too. Not empty: no conclusion may rest on it. */
  readonly shared: readonly string[]
}

const GROUPS: readonly (readonly [title: string, pattern: RegExp])[] = [
  ['Likeness, colour, plausibility', /^(?!(?:truth|camera|loss|sibling|age)\.)/u],
  ['Predicted age', /^age\./u],
  ['Against the truth', /^truth\./u],
  ['Parameters of the camera, absolute error', /^camera\./u],
  ['Raw losses at the end', /^loss\./u],
  ["The sibling (the encoders' own answer), for comparison", /^sibling\./u],
]

/** Metrics that at least one run has a value of, in order. */
export function metricsOf({ runs }: Grid): ComparedMetric[] {
  const keys = new Set<string>()
  for (const { metrics } of runs) {
    for (const [key, value] of Object.entries(metrics)) if (value !== null) keys.add(key)
  }
  const used = new Set(runs.flatMap(({ config, method }) => (config && method ? method.seenNetworks(config) : [])))
  const methods = [...new Set(runs.flatMap(({ method }) => method ?? []))]
  const listed = new Set(methods.flatMap((method) => method.metrics.map(({ key }) => key)))
  const known = [...listed].filter((key) => keys.has(key))
  // Those that the catalogue can't list (they depend on the config) by name; a total before its terms.
  const others = [...keys].filter((key) => !known.includes(key)).sort(totalFirst)
  const described = [...known, ...others].map((key): ComparedMetric => {
    const description = methods.map((method) => method.metric(key)).find((found) => found) ?? {
      key,
      label: key,
      better: null,
      networks: [],
    }
    const group = GROUPS.find(([, pattern]) => pattern.test(key))![0]
    return { ...description, group, shared: description.networks.filter((network) => used.has(network)) }
  })
  return GROUPS.flatMap(([title]) => described.filter(({ group }) => group === title))
}

function totalFirst(a: string, b: string): number {
  const rank = (key: string) => key.replace(/^loss\.total$/u, 'loss.')
  return rank(a) < rank(b) ? -1 : 1
}

// What the numbers of a restoration are.

import type { MetricDescription } from '../../metrics/description.ts'
import type { Metrics } from '../../run/metrics.ts'
import { truthMetrics } from '../truth-metrics.ts'

/** Every metric. */
export const metricCatalogue: readonly MetricDescription[] = [
  { key: 'scratches.share', label: 'share of the photograph that was damaged', better: null, networks: [] },
  { key: 'faces.found', label: 'faces found', better: null, networks: [] },
  { key: 'faces.restored', label: 'faces restored', better: null, networks: [] },
  {
    key: 'changed.rms',
    label: 'changed outside of the damage, root mean square',
    unit: 'levels',
    better: null,
    networks: [],
  },
  { key: 'tone.low', label: 'darkest level of the result', better: null, networks: [] },
  { key: 'tone.high', label: 'brightest level of the result', better: null, networks: [] },
  ...truthMetrics,
]

/** What a metric is; undefined for none of this method. */
export function describeMetric(key: string): MetricDescription | undefined {
  return metricCatalogue.find((metric) => metric.key === key)
}

/** The metrics in one line, for the terminal. */
export function metricsLine(metrics: Metrics): string | undefined {
  const { 'scratches.share': share, 'changed.rms': rms, 'faces.restored': faces } = metrics
  if (typeof share !== 'number' || typeof rms !== 'number') return undefined
  const words = [`${(100 * share).toFixed(1)} % damaged`, `elsewhere changed by ${rms.toFixed(1)} levels`]
  if (typeof faces === 'number') words.push(`${faces} ${faces === 1 ? 'face' : 'faces'} restored`)
  return words.join(', ')
}

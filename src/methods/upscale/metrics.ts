// What the numbers of an enlargement are.

import type { MetricDescription } from '../../metrics/description.ts'
import type { Metrics } from '../../run/metrics.ts'
import { truthMetrics } from '../truth-metrics.ts'

/** Every metric. */
export const metricCatalogue: readonly MetricDescription[] = [
  {
    key: 'invented.rms',
    label: "changed at the input's size, root mean square",
    unit: 'levels',
    better: 'lower',
    networks: [],
  },
  {
    key: 'invented.visible',
    label: "pixels changed by more than 8 levels at the input's size",
    better: 'lower',
    networks: [],
  },
  { key: 'sharpness.gain', label: 'contrast of neighbouring pixels against Lanczos', better: null, networks: [] },
  ...truthMetrics,
]

/** What a metric is; undefined for none of this method. */
export function describeMetric(key: string): MetricDescription | undefined {
  return metricCatalogue.find((metric) => metric.key === key)
}

/** The metrics in one line, for the terminal. */
export function metricsLine(metrics: Metrics): string | undefined {
  const { 'invented.rms': rms, 'invented.visible': visible } = metrics
  if (typeof rms !== 'number' || typeof visible !== 'number') return undefined
  return `at the input's size ${rms.toFixed(1)} levels off it, ${(100 * visible).toFixed(1)} % of the pixels visibly`
}

// What the numbers of a painting are.

import type { MetricDescription } from '../../metrics/description.ts'
import type { Metrics } from '../../run/metrics.ts'

/** Every metric. */
export const metricCatalogue: readonly MetricDescription[] = [
  {
    key: 'identity.photo',
    label: 'likeness: descriptor cosine with the photograph, in gray',
    better: 'higher',
    networks: ['faceRecognitionNet'],
  },
  { key: 'ssim.photo', label: 'SSIM to the photograph, in gray', better: null, networks: [] },
  { key: 'changed.rms', label: 'changed, root mean square', unit: 'levels', better: null, networks: [] },
]

/** What a metric is; undefined for none of this method. */
export function describeMetric(key: string): MetricDescription | undefined {
  return metricCatalogue.find((metric) => metric.key === key)
}

/** The metrics in one line, for the terminal. */
export function metricsLine(metrics: Metrics): string | undefined {
  const { 'identity.photo': likeness, 'changed.rms': rms } = metrics
  const words = [
    ...(typeof likeness === 'number' ? [`likeness ${likeness.toFixed(3)}`] : []),
    ...(typeof rms === 'number' ? [`${rms.toFixed(1)} levels off the photograph`] : []),
  ]
  return words.length > 0 ? words.join(', ') : undefined
}

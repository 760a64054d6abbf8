// What the numbers of a style transfer are.

import type { MetricDescription } from '../../metrics/description.ts'
import type { Metrics } from '../../run/metrics.ts'

/** Every metric but the losses. */
export const metricCatalogue: readonly MetricDescription[] = [
  {
    key: 'identity.content',
    label: 'likeness: descriptor cosine with the content, in gray',
    better: 'higher',
    networks: ['faceRecognitionNet'],
  },
  { key: 'ssim.content', label: 'SSIM to the content, in gray', better: 'higher', networks: [] },
  { key: 'palette.style', label: 'colours off those of the style', unit: 'Lab', better: 'lower', networks: [] },
]

/** What a metric is; undefined for none of this method. */
export function describeMetric(key: string): MetricDescription | undefined {
  const known = metricCatalogue.find((metric) => metric.key === key)
  if (known) return known
  const [, name] = /^loss\.(.+)$/u.exec(key) ?? []
  return name === undefined ? undefined : { key, label: `loss ${name}`, better: null, networks: [] }
}

/** The metrics in one line, for the terminal. */
export function metricsLine(metrics: Metrics): string | undefined {
  const parts = [
    ['likeness', 'identity.content', 3],
    ['SSIM to the content', 'ssim.content', 3],
    ['colours off the style', 'palette.style', 1],
  ] as const
  const texts = parts.flatMap(([label, key, digits]) => {
    const value = metrics[key]
    return typeof value === 'number' ? [`${label} ${value.toFixed(digits)}`] : []
  })
  return texts.length > 0 ? texts.join(', ') : undefined
}

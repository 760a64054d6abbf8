// What the numbers of a style in one pass are.

import type { MetricDescription } from '../../metrics/description.ts'
import type { Metrics } from '../../run/metrics.ts'

/** Every metric. */
export const metricCatalogue: readonly MetricDescription[] = [
  {
    key: 'style.left',
    label: 'style loss left, of that of the content itself',
    better: 'lower',
    networks: ['vgg19_style'],
  },
  { key: 'content.loss', label: 'content loss (relu4_2)', better: 'lower', networks: ['vgg19_style'] },
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
  return metricCatalogue.find((metric) => metric.key === key)
}

/** The metrics in one line, for the terminal. */
export function metricsLine(metrics: Metrics): string | undefined {
  const parts = [
    ['style loss left', 'style.left', 3],
    ['content loss', 'content.loss', 3],
    ['likeness', 'identity.content', 3],
    ['SSIM to the content', 'ssim.content', 3],
  ] as const
  const texts = parts.flatMap(([label, key, digits]) => {
    const value = metrics[key]
    return typeof value === 'number' ? [`${label} ${value.toFixed(digits)}`] : []
  })
  return texts.length > 0 ? texts.join(', ') : undefined
}

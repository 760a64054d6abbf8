// What methods that make a picture of a picture measure against a known truth.

import type { MetricDescription } from '../metrics/description.ts'

/** The metrics, as rephotography calls its own. */
export const truthMetrics: readonly MetricDescription[] = [
  {
    key: 'truth.perceptual',
    label: 'perceptual distance to the truth',
    better: 'lower',
    networks: ['ssdMobilenetv1'],
  },
  { key: 'truth.psnr', label: 'PSNR to the truth', unit: 'dB', better: 'higher', networks: [] },
  { key: 'truth.ssim', label: 'SSIM to the truth', better: 'higher', networks: [] },
]

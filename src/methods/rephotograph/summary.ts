/** The metrics of a run in one line, for the terminal: the few that say most. */
import type { Metrics } from '../../run/metrics.ts'

/** Undefined where nothing was measured. */
export function metricsLine(metrics: Metrics): string | undefined {
  const one = (label: string, key: string, digits: number, unit = ''): string[] => {
    const value = metrics[key]
    return typeof value === 'number' ? [`${label} ${value.toFixed(digits)}${unit}`] : []
  }
  const ages = ['age.input', 'age.sibling', 'age.result'].map((key) => metrics[key])
  const age = ages.every((value) => typeof value === 'number')
    ? [`age ${ages.map((value) => value!.toFixed(0)).join(' → ')} (input → sibling → result)`]
    : []
  const floors = (
    [
      ['mean face', 'identity.mean'],
      ['texture', 'identity.texture'],
    ] as const
  ).flatMap(([label, key]) => one(label, key, 3))
  const likeness = one('likeness', 'identity.input', 3).map((text) =>
    floors.length > 0 ? `${text} (floor: ${floors.join(', ')})` : text,
  )
  const parts = [
    ...likeness,
    ...one('off the target', 'perceptual.target', 3),
    ...age,
    ...one('skin', 'skin.sibling', 1, ' ΔE'),
    ...one('prior', 'prior.latent', 2),
    ...one('off the truth', 'truth.perceptual', 3),
    ...one('PSNR', 'truth.psnr', 1, ' dB'),
  ]
  return parts.length > 0 ? parts.join(', ') : undefined
}

// What was done to a face's age, in one line.
import type { KeptAge } from '../../../run/manifest.ts'

export function ageInWords({ keep, input, before, after, steps, layers }: KeptAge): string {
  const [from, to] = [before, after].map((years) => Math.round(years))
  const whose = keep === 'start' ? 'first face' : 'face at the end'
  const way = `${steps < 0 ? '−' : '+'}${Math.abs(steps).toFixed(2)} steps in layers ${layers[0]}–${layers[1] - 1}`
  return `input looks ${Math.round(input)}; ${whose} ${steps === 0 ? `${from}, left as it was` : `${from} → ${to}, ${way}`}`
}

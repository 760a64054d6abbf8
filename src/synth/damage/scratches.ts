// Scratches and creases as white lines: random walks of slowly turning direction.

import type { Random } from '../../numbers/random.ts'
import type { FloatPicture } from './planes.ts'

/** @param count lines; @param wide their largest width in pixels */
export function withScratches(
  { width, height, data }: FloatPicture,
  count: number,
  wide: number,
  random: Random,
): FloatPicture {
  const out = data.slice()
  for (let line = 0; line < count; line++) {
    let [x, y] = [random.uniform() * width, random.uniform() * height]
    let angle = 2 * Math.PI * random.uniform()
    const radius = Math.max(0.5, (wide * random.uniform()) / 2)
    const strength = 0.6 + 0.4 * random.uniform()
    const steps = Math.round((0.2 + 0.8 * random.uniform()) * Math.max(width, height))
    const turns = random.normal(steps)
    for (let step = 0; step < steps; step++) {
      paint(out, width, height, x, y, radius, strength)
      angle += 0.08 * turns[step]!
      x += Math.cos(angle)
      y += Math.sin(angle)
    }
  }
  return { width, height, data: out }
}

/** A soft white dot: what it covers comes up to white, never beyond. */
function paint(
  data: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  radius: number,
  strength: number,
): void {
  const reach = Math.ceil(radius + 1)
  for (let py = Math.max(0, Math.floor(y) - reach); py <= Math.min(height - 1, Math.floor(y) + reach); py++)
    for (let px = Math.max(0, Math.floor(x) - reach); px <= Math.min(width - 1, Math.floor(x) + reach); px++) {
      const cover = strength * Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(px - x, py - y)))
      for (let c = 0; c < 3; c++) {
        const at = 3 * (py * width + px) + c
        data[at] = Math.max(data[at]!, Math.min(1, data[at]! * (1 - cover) + cover))
      }
    }
}

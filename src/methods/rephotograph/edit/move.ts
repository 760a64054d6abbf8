/** Faces moved along a direction, by so many steps or until they are as old as wanted. */
import type { GeneratorShape } from '../../../generator/stylegan2.ts'

/** How far along a direction, in deviations of the prior, faces are still faces. */
const FARTHEST = 4
/** An age is met within this, in years: half of what the network's answers differ by between two pictures of a person. */
const CLOSE = 1
const MOST_LOOKS = 12
/** A face that stays farther from the age that was wanted is remarked on, in years. */
export const FAR_OFF = 3

/** Moves a latent by steps. */
export type Mover = (latent: Float32Array, step: Float32Array, by: number) => Float32Array

/** @param layers [start, end) of w+ that are moved */
export function mover(shape: GeneratorShape, layers: readonly [number, number] = [0, shape.latents]): Mover {
  return (latent, step, by) => {
    const out = latent.slice()
    for (let layer = layers[0]; layer < layers[1]; layer++)
      for (let i = 0; i < step.length; i++) out[layer * shape.styleDim + i]! += by * step[i]!
    return out
  }
}

/** A place along the direction, and what is seen there. */
export interface Look<Seen> {
  readonly steps: number
  readonly seen: Seen
}

/**
 * How many steps make a face as old as wanted: predicted ages are neither linear nor quite monotone, so the place is closed in on
 * between looks on either side of it, beginning where the regression says. Where it is not reached, the nearest.
 *
 * @param perStep how many years a step is, by the regression
 */
export async function meetAge<Seen extends { readonly age: number }>(
  lookAt: (steps: number) => Promise<Seen>,
  wanted: number,
  perStep: number,
): Promise<Look<Seen>> {
  const looks: Look<Seen>[] = []
  const look = async (steps: number) => {
    looks.push({ steps, seen: await lookAt(steps) })
    return looks.at(-1)!
  }
  const off = ({ seen }: Look<Seen>) => seen.age - wanted
  const start = await look(0)
  if (Math.abs(off(start)) <= CLOSE) return start
  const sign = Math.sign(-off(start)) * Math.sign(perStep)
  let near = start
  let far: Look<Seen> | undefined
  for (let reach = 0.75; far === undefined && reach <= FARTHEST; reach += 0.75) {
    const next = await look(sign * reach)
    if (off(next) * off(start) <= 0) far = next
    else near = next
  }
  while (far && Math.min(Math.abs(off(near)), Math.abs(off(far))) > CLOSE && looks.length < MOST_LOOKS) {
    const middle = await look((near.steps + far.steps) / 2)
    if (off(middle) * off(far) <= 0) near = middle
    else far = middle
  }
  return looks.reduce((best, one) => (Math.abs(off(one)) < Math.abs(off(best)) ? one : best))
}

/**
 * Makes a modern picture old: the stages of a degradation with the values that a config gives as their start, then grain.
 * The same graph functions as in a run, so that the truth of a set means what a run's parameters mean.
 */

import { degradationStages, degrade, stageFilePaths, stageParameters } from '../degrade/degrade.ts'
import { gaussianBlur } from '../degrade/gaussian.ts'
import type { CompleteDegradation } from '../degrade/schema.ts'
import { runOnce } from '../engine/executable.ts'
import type { Feeds } from '../engine/values.ts'
import { clamp } from '../graph/elementwise.ts'
import { type Shape, sizeOf } from '../graph/shape.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import { type Bitmap, fromPlanar, toPlanar } from '../images/bitmap.ts'
import { isGray, toGray } from '../images/gray.ts'
import { readPicture } from '../images/read.ts'
import { randomStream } from '../numbers/random.ts'
import type { Operation } from './damage/operations.ts'
import { damaged } from './damage/operations.ts'
import type { NoiseConfig } from './recipe.ts'

/** Grain and the seed it is drawn by. */
export type Noise = NoiseConfig & { readonly seed: number }

/**
 * @param truth a colour picture
 * @param degradation stages with the true values where a run has its starts
 * @param noise null: none
 * @param seed of what the stages themselves draw (grain)
 * @param damage what follows the film; null: nothing
 * @returns 8-bit, of the truth's size, but where the damage says another; with one channel when all are equal
 */
export async function aged(
  truth: Bitmap,
  degradation: CompleteDegradation,
  noise: Noise | null,
  seed: number,
  damage: readonly Operation[] | null = null,
): Promise<Bitmap> {
  const { width, height } = truth
  const files = new Map<string, Bitmap>()
  for (const path of stageFilePaths(degradation)) files.set(path, await readPicture(path))
  const stages = degradationStages(degradation, files)
  const feeds: Record<string, ArrayLike<number>> = { image: toPlanar(truth, 'pm1') }
  const parameters = Object.fromEntries(
    stageParameters(stages).map(({ fullName, shape, start }) => {
      feeds[fullName] = start
      return [fullName, input(fullName, shape)]
    }),
  )
  const draws = new Map<string, Tensor>()
  const normal = (name: string, shape: Shape): Tensor => {
    const known = draws.get(name)
    if (known) return known
    const drawn = input(`normal/${name}`, shape)
    feeds[`normal/${name}`] = randomStream(seed, `synth/normal/${name}`).normal(sizeOf(shape))
    draws.set(name, drawn)
    return drawn
  }
  const old = clamp(degrade(stages, input('image', [1, 3, height, width]), parameters, undefined, { normal }), -1, 1)
  const out = await runOnce({ old }, feeds as Feeds, { threads: 1 })
  const planar = out.old!
  if (noise !== null && noise.deviation > 0) {
    const map = await grain(noise, width, height)
    // The range ±1 is two wide.
    for (let i = 0; i < planar.length; i++) planar[i]! += 2 * map[i % map.length]!
  }
  const film = fromPlanar(planar, { channels: 3, height, width }, 'pm1', 'round')
  const bitmap = damage === null ? film : await damaged(film, damage, seed)
  return isGray(bitmap) ? toGray(bitmap) : bitmap
}

/** A map of noise [height · width] of the wanted deviation: white, or blurred to a grain of some size. */
export async function grain({ deviation, size, seed }: Noise, width: number, height: number): Promise<Float32Array> {
  const white = randomStream(seed, 'synth/grain').normal(width * height)
  const shape = [1, 1, height, width]
  const map =
    size > 0
      ? (await runOnce({ map: gaussianBlur(input('white', shape), size, 'gaussian') }, { white }, { threads: 1 })).map!
      : white
  const mean = map.reduce((a, b) => a + b, 0) / map.length
  const spread = Math.sqrt(map.reduce((sum, v) => sum + (v - mean) ** 2, 0) / map.length)
  return map.map((v) => ((v - mean) * deviation) / spread)
}

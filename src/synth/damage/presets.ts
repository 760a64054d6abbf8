/**
 * The degradations that restoring and enlarging networks are trained with, as their codes draw them: Bringing Old Photos Back to Life (Wan
 * et al. 2020, online_add_degradation_v2), GFPGAN (Wang et al. 2021, FFHQDegradationDataset) and Real-ESRGAN (Wang et al. 2021, of
 * second order). A strength takes a third of each range: the mild, the middle or the severe.
 */
import type { Side } from '../../images/bitmap.ts'
import { type Random, randomStream } from '../../numbers/random.ts'
import type { KernelForm } from './kernels.ts'
import type { Operation } from './operations.ts'
import type { Interpolation } from './planes.ts'

export const damagePresets = ['microsoft', 'gfpgan', 'real-esrgan'] as const
export const damageStrengths = ['light', 'medium', 'heavy'] as const

/** What a recipe says of it. */
export interface DamageConfig {
  readonly preset: (typeof damagePresets)[number]
  /** undefined: the whole of the ranges. */
  readonly strength?: (typeof damageStrengths)[number] | undefined
  /** How many times smaller the damaged picture is; Real-ESRGAN's alone. */
  readonly scale: number
  /** Whether lines are scratched into it as well. */
  readonly scratches: boolean
}

/** The operations of a picture. @param seed of the picture */
export function damageOf(config: DamageConfig, picture: Side, seed: number): Operation[] {
  const draw = drawing(randomStream(seed, `synth/damage/${config.preset}`), config.strength)
  const operations = PRESETS[config.preset](draw, picture, config)
  if (!config.scratches) return operations
  const [count, wide] = [
    draw.whole(1, 12),
    (draw.number(1, 4) * Math.max(128, Math.min(picture.width, picture.height))) / 256,
  ]
  return [...operations, { operation: 'scratches', count, wide }]
}

/** Draws within ranges that a strength narrows. */
interface Drawing {
  readonly random: Random
  /** From a mild end to a severe one. */
  number(mild: number, severe: number): number
  /** The same, of whole numbers, both ends among them. */
  whole(mild: number, severe: number): number
  /** Whatever the strength. */
  free(from: number, to: number): number
  chance(share: number): boolean
  /** An entry by its weight; equal ones without. */
  choice<T>(entries: readonly T[], weights?: readonly number[]): T
}

function drawing(random: Random, strength: DamageConfig['strength']): Drawing {
  const at = strength === undefined ? 0 : damageStrengths.indexOf(strength) / 3
  const share = () => at + random.uniform() * (strength === undefined ? 1 : 1 / 3)
  const number = (mild: number, severe: number) => mild + (severe - mild) * share()
  return {
    random,
    number,
    whole: (mild, severe) => {
      const [low, high] = [Math.min(mild, severe), Math.max(mild, severe)]
      const value = Math.floor(number(mild < severe ? low : high + 1, mild < severe ? high + 1 : low))
      return Math.min(high, Math.max(low, value))
    },
    free: (from, to) => from + (to - from) * random.uniform(),
    chance: (one) => random.uniform() < one,
    choice: (entries, weights = entries.map(() => 1)) => {
      const place = random.uniform() * weights.reduce((sum, w) => sum + w, 0)
      let end = 0
      for (const [i, entry] of entries.entries()) {
        end += weights[i]!
        if (place < end) return entry
      }
      return entries.at(-1)!
    },
  }
}

const gaussian = (side: number, sigma: number): Operation => ({
  ...{ operation: 'blur', form: 'gaussian', side, sigma: [sigma, sigma], angle: 0, beta: 1 },
})

/** Blur, noise, another size and JPEG in random order, each seven times in ten, in 8 bits between them. */
function microsoft(draw: Drawing, { width, height }: Side): Operation[] {
  const parts: (() => Operation[])[] = [
    () => [gaussian(draw.choice([3, 5, 7]), draw.number(1, 5)), { operation: 'bytes', down: false }],
    () => {
      const kind = draw.choice(['gaussian', 'speckle', 'salt-and-pepper'] as const)
      const noise: Operation =
        kind === 'salt-and-pepper'
          ? { operation: 'noise', kind, gray: false, amount: draw.number(0, 0.01), salt: draw.free(0.3, 0.8) }
          : { operation: 'noise', kind, gray: false, amount: draw.number(5, 50) / 255 }
      return [noise, { operation: 'bytes', down: true }]
    },
    () => {
      const sided = (length: number) => draw.whole(length, Math.max(1, Math.floor(length / 2)))
      const small = { width: sided(width), height: sided(height) }
      return [
        { operation: 'resize', ...small, mode: 'pillow-bicubic' },
        { operation: 'resize', width, height, mode: draw.choice(['nearest', 'pillow-bilinear'] as const) },
      ]
    },
    () => [{ operation: 'jpeg', quality: draw.whole(100, 40) }],
  ]
  return draw.random.subset(4, 4).flatMap((i) => (draw.chance(0.7) ? parts[i]!() : []))
}

/** Blur, reduction, noise and JPEG; now and then other colours. */
function gfpgan(draw: Drawing, { width, height }: Side): Operation[] {
  const isRound = draw.chance(0.5)
  const sigma = draw.number(0.1, 10)
  const other = isRound ? sigma : draw.number(0.1, 10)
  const scale = draw.number(0.8, 8)
  const small = {
    width: Math.max(1, Math.floor(width / scale)),
    height: Math.max(1, Math.floor(height / scale)),
  }
  const shift = () => draw.free(-20 / 255, 20 / 255)
  const angle = isRound ? 0 : draw.free(-Math.PI, Math.PI)
  const operations: Operation[] = [
    { operation: 'blur', form: 'gaussian', side: 41, sigma: [sigma, other], angle, beta: 1 },
    { operation: 'resize', ...small, mode: 'bilinear' },
    { operation: 'noise', kind: 'gaussian', gray: false, amount: draw.number(0, 20) / 255 },
    { operation: 'jpeg', quality: draw.whole(100, 60) },
    { operation: 'resize', width, height, mode: 'bilinear' },
  ]
  if (draw.chance(0.3)) operations.push({ operation: 'shift', color: [shift(), shift(), shift()] })
  if (draw.chance(0.01)) operations.push({ operation: 'gray' })
  return operations
}

interface Order {
  readonly sigma: number
  /** Larger, smaller, as it is. */
  readonly resize: readonly [number, number, number]
  readonly sizes: readonly [number, number]
  readonly noise: number
  readonly poisson: number
}

const FIRST: Order = { sigma: 3, resize: [0.2, 0.7, 0.1], sizes: [0.15, 1.5], noise: 30, poisson: 3 }
const SECOND: Order = { sigma: 1.5, resize: [0.3, 0.4, 0.3], sizes: [0.3, 1.2], noise: 25, poisson: 2.5 }
const MODES: readonly Interpolation[] = ['area', 'bilinear', 'bicubic']

/** Blur, another size, noise and JPEG, twice, and the ringing of a last sinc. */
function realEsrgan(draw: Drawing, { width, height }: Side, { scale }: DamageConfig): Operation[] {
  const jpeg = (): Operation => ({ operation: 'jpeg', quality: draw.whole(95, 30) })
  const goal = { width: Math.max(1, Math.floor(width / scale)), height: Math.max(1, Math.floor(height / scale)) }
  const first = sizeOf(draw, FIRST)
  const second = sizeOf(draw, SECOND)
  const sized = (side: Side, factor: number) => ({
    width: Math.max(1, Math.floor(side.width * factor)),
    height: Math.max(1, Math.floor(side.height * factor)),
  })
  const last: Operation = { operation: 'resize', ...goal, mode: draw.choice(MODES) }
  const ringing: Operation[] = draw.chance(0.8) ? [sincOf(draw, Math.PI / 3)] : []
  return [
    kernelOf(draw, FIRST),
    { operation: 'resize', ...sized({ width, height }, first), mode: draw.choice(MODES), scale: first },
    noiseOf(draw, FIRST),
    jpeg(),
    ...(draw.chance(0.8) ? [kernelOf(draw, SECOND)] : []),
    { operation: 'resize', ...sized(goal, second), mode: draw.choice(MODES) },
    noiseOf(draw, SECOND),
    ...(draw.chance(0.5) ? [last, ...ringing, jpeg()] : [jpeg(), last, ...ringing]),
    { operation: 'bytes', down: false },
  ]
}

function sizeOf(draw: Drawing, { resize, sizes: [least, most] }: Order): number {
  const way = draw.choice(['up', 'down', 'keep'] as const, resize)
  return way === 'keep' ? 1 : way === 'up' ? draw.free(1, most) : draw.number(1, least)
}

function noiseOf(draw: Drawing, { noise, poisson }: Order): Operation {
  const isGaussian = draw.chance(0.5)
  const amount = isGaussian ? draw.number(1, noise) / 255 : draw.number(0.05, poisson)
  return { operation: 'noise', kind: isGaussian ? 'gaussian' : 'poisson', amount, gray: draw.chance(0.4) }
}

/** Sides of kernels: 7, 9 … 21. */
const sideOf = (draw: Drawing) => 7 + 2 * Math.floor(draw.free(0, 8))

function kernelOf(draw: Drawing, { sigma: most }: Order): Operation {
  const side = sideOf(draw)
  if (draw.chance(0.1)) return sincOf(draw, side < 13 ? Math.PI / 3 : Math.PI / 5, side)
  const [form, isRound] = draw.choice<readonly [KernelForm, boolean]>(
    [
      ['gaussian', true],
      ['gaussian', false],
      ['generalized', true],
      ['generalized', false],
      ['plateau', true],
      ['plateau', false],
    ],
    [0.45, 0.25, 0.12, 0.03, 0.12, 0.03],
  )
  const sigma = draw.number(0.2, most)
  const other = isRound ? sigma : draw.number(0.2, most)
  const beta = form === 'gaussian' ? 1 : form === 'generalized' ? half(draw, 0.5, 4) : half(draw, 1, 2)
  const angle = isRound ? 0 : draw.free(-Math.PI, Math.PI)
  return { operation: 'blur', form, side, sigma: [sigma, other], angle, beta }
}

/** Half of the time below 1, half above. */
function half(draw: Drawing, low: number, high: number): number {
  return draw.chance(0.5) ? draw.free(low, 1) : draw.free(1, high)
}

function sincOf(draw: Drawing, low: number, side = sideOf(draw)): Operation {
  return { operation: 'sinc', side, cutoff: draw.number(Math.PI, low) }
}

const PRESETS: Readonly<
  Record<DamageConfig['preset'], (draw: Drawing, picture: Side, config: DamageConfig) => Operation[]>
> = { microsoft, gfpgan, 'real-esrgan': realEsrgan }

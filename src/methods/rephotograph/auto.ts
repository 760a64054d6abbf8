/**
 * Settles what a config leaves to the picture: `sensitivity: 'auto'` and `degradation.blur.radius: 'auto'` become values before
 * the run begins, so that the complete config that is kept with it repeats it exactly.
 */
import type { AlignedPortrait } from '../../align/align.ts'
import type { Fragment } from '../../config/load.ts'
import { type BlurGuess, type EmulsionGuess, emulsions, guessBlur, guessEmulsion, radiusOf } from '../../guess/guess.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { loadPack } from '../../models/load.ts'
import { sha256File } from '../../run/hash.ts'
import { type ConfigFragment, portraitConfig } from './config.ts'
import { settingsOf } from './networks.ts'
import { alignedPortrait, grayPortrait } from './portrait.ts'
import { resolveConfig } from './resolve.ts'

/** Both guesses for a picture, the blur also in the unit of a config's blur.radius. */
export interface PictureGuess {
  readonly emulsion: EmulsionGuess
  readonly blur: BlurGuess & {
    readonly radius: number
    readonly radiusInterval: readonly [number, number]
    readonly kernel: 'reference' | 'gaussian'
    readonly unit: 'pixels' | 'at1024'
  }
  /** Side of the aligned picture that was looked at. */
  readonly side: number
}

/**
 * Guesses from a picture, aligned as a config says.
 *
 * @param tell hears of the crop, where one is made
 * @throws AlignError when no face is found, PictureError when the picture is no aligned square and should be one
 */
export async function guessPicture(
  given: Fragment,
  picture: Bitmap,
  tell?: (found: AlignedPortrait) => void,
): Promise<PictureGuess> {
  const fragment = portraitConfig(given)
  const pack = loadPack(fragment.pack ?? 'compact')
  try {
    const size = pack.generatorSize
    const config = resolveConfig(withoutAuto(fragment), settingsOf(pack, 'b'), size)
    const gray = grayPortrait(await alignedPortrait(picture, config, tell), size)
    const blur = guessBlur(gray, sha256File(pack.path('stylegan2')))
    const { kernel, unit } = config.degradation.blur ?? { kernel: 'reference', unit: 'pixels' }
    const how = { kernel, unit, generatorSize: size, pictureSize: gray.width } as const
    return {
      emulsion: guessEmulsion(gray),
      blur: {
        ...blur,
        radius: radiusOf(blur.deviation, how),
        radiusInterval: [radiusOf(blur.interval[0], how), radiusOf(blur.interval[1], how)],
        kernel,
        unit,
      },
      side: gray.width,
    }
  } finally {
    pack.close()
  }
}

/** Whether a config leaves anything to the picture. */
export function wantsGuess(fragment: ConfigFragment): boolean {
  return fragment.sensitivity === 'auto' || fragment.degradation?.blur?.radius === 'auto'
}

/** A config in which nothing is 'auto', and what was guessed for it (undefined: nothing). */
export interface SettledConfig {
  readonly config: ConfigFragment
  readonly guess: PictureGuess | undefined
  /** The guesses in words, to be told with the run. */
  readonly notes: readonly string[]
}

/** Replaces 'auto' by what the picture suggests; a config without it is returned as it is. */
export async function settleAuto(fragment: ConfigFragment, picture: Bitmap): Promise<SettledConfig> {
  if (!wantsGuess(fragment)) return { config: fragment, guess: undefined, notes: [] }
  const guess = await guessPicture(fragment, picture)
  const notes: string[] = []
  let config = fragment
  if (fragment.sensitivity === 'auto') {
    config = { ...config, sensitivity: guess.emulsion.best }
    notes.push(`sensitivity guessed: ${emulsionInWords(guess.emulsion)}`)
  }
  if (fragment.degradation?.blur?.radius === 'auto') {
    const { degradation } = config
    config = {
      ...config,
      degradation: { ...degradation, blur: { ...degradation?.blur, radius: guess.blur.radius } },
    }
    notes.push(`blur radius guessed: ${blurInWords(guess)}`)
  }
  return { config, guess, notes }
}

/** "gb 46 %, b 30 %, g 24 %", the likeliest first. */
export function emulsionInWords({ probabilities }: EmulsionGuess): string {
  return emulsions
    .toSorted((a, b) => probabilities[b] - probabilities[a])
    .map((name) => `${name} ${Math.round(100 * probabilities[name])} %`)
    .join(', ')
}

/** "0.82 (0.5 to 1.1 with 90 %)", and whether that goes beyond what was calibrated. */
export function blurInWords({ blur, side }: PictureGuess): string {
  const [low, high] = blur.radiusInterval.map((value) => value.toFixed(2))
  const share = `${Math.round(100 * blur.coverage)} %`
  const caution = blur.calibrated ? '' : `; not calibrated for pictures of ${side} px, so wider than it says`
  return `${blur.radius.toFixed(2)} (${low} to ${high} with ${share}, against ${blur.against}${caution})`
}

/** A guess line by line, with what to type to use it. */
export function guessInWords(guess: PictureGuess): string[] {
  return [
    `sensitivity: ${emulsionInWords(guess.emulsion)}`,
    `blur radius: ${blurInWords(guess)}`,
    `to use them: --sensitivity ${guess.emulsion.best} --set degradation.blur.radius=${guess.blur.radius}`,
  ]
}

function withoutAuto(fragment: ConfigFragment): ConfigFragment {
  const { sensitivity, degradation } = fragment
  const radius = degradation?.blur?.radius
  return {
    ...fragment,
    sensitivity: sensitivity === 'auto' ? null : (sensitivity ?? null),
    ...(radius === 'auto' ? { degradation: { ...degradation, blur: { ...degradation?.blur, radius: null } } } : {}),
  }
}

/**
 * A first guess, from the picture alone, at what a run has to be told: how blurred it is, and what its emulsion saw. Both come with
 * their uncertainty, measured on pictures whose truth is known (training/calibrate-guess.ts). None of it looks through a
 * network of a pack; what depends on the pack is only how sharp its generator is.
 */

import type { KernelRule } from '../degrade/gaussian.ts'
import type { Sensitivity } from '../degrade/spectral.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toGray } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { type BlurCalibration, calibration } from './calibration.ts'
import { conformalInterval } from './conformal.ts'
import { radiusOfDeviation } from './film.ts'
import { predictQuadratic } from './quadratic.ts'
import { classProbabilities } from './softmax.ts'
import { spectralFeatures } from './spectrum.ts'
import { toneFeatures } from './tones.ts'

/** The classes of the emulsion's model, in its order. */
export const emulsions = ['b', 'gb', 'g'] as const satisfies readonly Sensitivity[]

/** Side in pixels of the faces that the emulsion's model was fitted on. */
export const EMULSION_SIDE = 128

export interface BlurGuess {
  /** Standard deviation of the blur in pixels of the picture. */
  readonly deviation: number
  /** Where it lies with the probability `coverage`. */
  readonly interval: readonly [number, number]
  readonly coverage: number
  /** 'photographs', or the pack whose generator's faces the guess was calibrated on. */
  readonly against: string
  /** False when the picture is larger or smaller than any that the guess was calibrated on. */
  readonly calibrated: boolean
}

export interface EmulsionGuess {
  readonly best: Sensitivity
  readonly probabilities: Readonly<Record<Sensitivity, number>>
}

/**
 * How much blurrier a face is than a sharp one.
 *
 * @param face gray or colour, aligned
 * @param generator SHA-256 of the generator whose faces are to be blurred like this; sharp photographs unless known
 */
export function guessBlur(face: Bitmap, generator?: string): BlurGuess {
  const own = calibration().blur.find((entry) => generator !== undefined && entry.generator === generator)
  const chosen: BlurCalibration = own ?? calibration().blur.find((entry) => entry.generator === null)!
  // None is below zero or above what was calibrated.
  const inRange = (value: number) => Math.min(chosen.largest, Math.max(0, value))
  const estimate = predictQuadratic(chosen.model, spectralFeatures(face))
  const [low, high] = conformalInterval(chosen.residuals, estimate)
  const side = Math.min(face.width, face.height)
  return {
    deviation: inRange(estimate),
    interval: [inRange(low), inRange(high)],
    coverage: chosen.residuals.coverage,
    against: chosen.name,
    calibrated: side >= chosen.sides[0] && side <= chosen.sides[1],
  }
}

/** @param face gray or colour, aligned, of any size */
export function guessEmulsion(face: Bitmap): EmulsionGuess {
  // Its features of detail and blur count pixels.
  const fitted = resize(toGray(face), EMULSION_SIDE, EMULSION_SIDE, 'lanczos')
  const p = classProbabilities(calibration().emulsion.model, toneFeatures(fitted))
  const best = emulsions[p.indexOf(Math.max(...p))]!
  return { best, probabilities: { b: p[0]!, gb: p[1]!, g: p[2]! } }
}

/** How radii are counted. */
export interface RadiusUnit {
  readonly kernel: KernelRule
  readonly unit: 'pixels' | 'at1024'
  /** Side of the generator's picture. */
  readonly generatorSize: number
  /** Side of the picture that was looked at. */
  readonly pictureSize: number
}

/** A deviation in pixels of the picture as a config's blur.radius. */
export function radiusOf(deviation: number, { kernel, unit, generatorSize, pictureSize }: RadiusUnit): number {
  const radius = radiusOfDeviation((deviation * generatorSize) / pictureSize, kernel)
  return Number((unit === 'at1024' ? (radius * 1024) / generatorSize : radius).toFixed(3))
}

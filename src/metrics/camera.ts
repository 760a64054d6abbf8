// How far the degradation that was learned is from the one that made a synthetic picture, parameter by parameter.

import { type Sensitivity, sensitivityWeights } from '../degrade/spectral.ts'

type Numbers = Readonly<Record<string, readonly number[]>>
type Stages = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/**
 * Mean absolute differences of estimated parameters ("stage.parameter") and their truth, by "camera.<stage>.<parameter>".
 * A parameter whose truth is not recorded is left out; one number of truth stands for all of a vector. Blur radii are
 * compared in the truth's terms: the reference's kernel is √2 as wide as its radius says (src/degrade/gaussian.ts), so
 * an estimate under the other kernel rule is converted first; likewise one that counts pixels of another size.
 *
 * @param estimated learned values by full name
 * @param config the degradation that was learned with
 * @param truth the degradation that made the picture
 * @param size side of the generator's picture, for radii counted at 1024 px
 */
export function cameraErrors(estimated: Numbers, config: Stages, truth: Stages, size: number): Record<string, number> {
  const errors: Record<string, number> = {}
  for (const [name, values] of Object.entries(estimated)) {
    const [stage, parameter] = name.split('.') as [string, string]
    const known = truth[stage] && trueValues(stage, parameter, truth[stage])
    if (!known) continue
    const factor = name === 'blur.radius' ? radiusFactor(config.blur, size) / radiusFactor(truth.blur, size) : 1
    const differences = values.map((value, i) => Math.abs(value * factor - (known[i] ?? known[0]!)))
    errors[`camera.${name}`] = differences.reduce((a, b) => a + b, 0) / differences.length
  }
  return errors
}

function trueValues(stage: string, parameter: string, values: Readonly<Record<string, unknown>>): number[] | undefined {
  const value = values[parameter]
  if (typeof value === 'number') return [value]
  if (Array.isArray(value) && value.length > 0 && value.every((v) => typeof v === 'number')) return value
  if (stage === 'spectral' && parameter === 'weights') {
    const { sensitivity } = values
    if (typeof sensitivity === 'string' && sensitivity in sensitivityWeights)
      return [...sensitivityWeights[sensitivity as Sensitivity]]
  }
  return undefined
}

/** Effective sigma in pixels of the generator for a radius of 1. */
function radiusFactor(blur: Readonly<Record<string, unknown>> | undefined, size: number): number {
  return (blur?.kernel === 'gaussian' ? 1 : Math.SQRT2) * (blur?.unit === 'at1024' ? size / 1024 : 1)
}

// The whole objective as a graph: generator, degradation and the terms of the config, with every parameter as an input.
// It has no numbers of a portrait in it: target and siblings enter through `given`, from which a second, small program
// prepares at the start of each stage whatever does not change from step to step.

import { type DegradationConfig, degradationStages, degrade, stageParameters } from '../degrade/degrade.ts'
import { downsample } from '../degrade/downsample.ts'
import type { Parameter, Side } from '../degrade/stage.ts'
import { type GeneratorShape, generatorShape, synthesize } from '../generator/stylegan2.ts'
import { add, mul } from '../graph/elementwise.ts'
import { concat, reshape } from '../graph/layout.ts'
import { input, type Tensor } from '../graph/tensor.ts'
import type { Random } from './random.ts'
import type { ObjectiveNetworks, SiblingTensors, Term, TermContext } from './term.ts'
import { type ColorTransferConfig, colorTransferTerm } from './terms/color-transfer.ts'
import { type ContextualConfig, contextualTerm } from './terms/contextual.ts'
import { type EyeConfig, eyeTerm } from './terms/eye.ts'
import { type FaceConfig, faceTerm } from './terms/face.ts'
import { noiseTerm } from './terms/noise.ts'

/** Terms by key; those of weight 0 are left out. */
export interface LossesConfig {
  face: FaceConfig
  eye: EyeConfig
  contextual: ContextualConfig
  colorTransfer: ColorTransferConfig
  noise: { weight: number; minSize: number }
}

/** To add a term: a file in terms/, a line here, and its schema in src/config/schema-losses.ts. */
const makers: { [Name in keyof LossesConfig]: (config: LossesConfig[Name]) => Term } = {
  face: faceTerm,
  eye: eyeTerm,
  contextual: contextualTerm,
  colorTransfer: colorTransferTerm,
  noise: noiseTerm,
}

export function lossTerms(config: LossesConfig): Term[] {
  const make = <Name extends keyof LossesConfig>(name: Name): Term => makers[name](config[name])
  return (Object.keys(makers) as (keyof LossesConfig)[]).map(make).filter((term) => term.weight > 0)
}

/** Integers that are drawn for every step and fed under `name`. */
export interface Draw {
  name: string
  sample: (random: Random) => number[]
}

export interface Objective {
  shape: GeneratorShape
  /** The first layers of w+, the only ones that are optimized: [1, k, styleDim]. */
  latent: Tensor
  /** The other layers: [1, n − k, styleDim]; absent when all are optimized. */
  latentRest: Tensor | undefined
  noise: readonly Tensor[]
  /** The degradation's parameters by full name. */
  camera: Readonly<Record<string, { tensor: Tensor; parameter: Parameter }>>
  /** Factors of the terms, fed as "weight/<term>", so that a sweep over weights needs one compiled model. */
  weights: Readonly<Record<string, Tensor>>
  terms: Readonly<Record<string, Tensor>>
  total: Tensor
  /** The result [1, 3, size, size] and the result through the degradation at the target's size, both in ±1. */
  image: Tensor
  degraded: Tensor
  draws: readonly Draw[]
  /** Inputs of the step that `prepared` computes, by name. */
  once: Readonly<Record<string, Tensor>>
  /** The same names, as functions of the inputs "target", "first/…" and "fresh/…". */
  prepared: Readonly<Record<string, Tensor>>
}

export interface ObjectiveOptions {
  networks: ObjectiveNetworks
  degradation: DegradationConfig
  losses: LossesConfig
  /** Side of the target; at most the generator's. */
  target: Side
  /** How many of the first latents are optimized. */
  coarseLatents: number
  /** Added to the optimized latents when given: [1, coarseLatents, styleDim]. */
  latentNoise?: Tensor
}

export function buildObjective(options: ObjectiveOptions): Objective {
  const { networks, target, coarseLatents } = options
  const shape = generatorShape(networks.generator)
  const { size, styleDim, latents } = shape

  const latent = input('latent', [1, coarseLatents, styleDim])
  const latentRest = coarseLatents < latents ? input('latent/rest', [1, latents - coarseLatents, styleDim]) : undefined
  const moved = options.latentNoise ? add(latent, options.latentNoise) : latent
  const whole = latentRest ? concat([moved, latentRest], 1) : moved
  const noise = shape.noiseSides.map((r, i) => input(`noise/${i}`, [1, 1, r, r]))
  const { image, rgbs } = synthesize(networks.generator, whole, noise)

  const stages = degradationStages(options.degradation)
  const camera: Record<string, { tensor: Tensor; parameter: Parameter }> = {}
  for (const parameter of stageParameters(stages))
    camera[parameter.fullName] = { tensor: input(`camera/${parameter.fullName}`, parameter.shape), parameter }
  const cameraTensors = Object.fromEntries(Object.entries(camera).map(([name, { tensor }]) => [name, tensor]))
  const reduction = options.degradation.downsample ?? { kernel: 'reference', grid: 'reference' }

  const given = {
    target: input('target', [1, 3, target.height, target.width]),
    first: siblingInputs('first', rgbs, size),
    fresh: siblingInputs('fresh', rgbs, size),
  }
  const degradedBySize = new Map<string, Tensor>()
  const draws: Draw[] = []
  const once: Record<string, Tensor> = {}
  const prepared: Record<string, Tensor> = {}
  const context: TermContext = {
    networks,
    size,
    image,
    rgbs,
    latent: whole,
    noise,
    degraded: (side = target) => {
      const key = `${side.height}×${side.width}`
      const known = degradedBySize.get(key) ?? degrade(stages, image, cameraTensors, side)
      degradedBySize.set(key, known)
      return known
    },
    target: given.target,
    targetAt: (side) => downsample(given.target, side, reduction),
    sibling: (which) => given[which],
    once: (name, value) => {
      prepared[name] = value
      once[name] = input(name, value.shape)
      return once[name]
    },
    draw: (name, count, sample) => {
      draws.push({ name, sample })
      return input(name, [count], 'int64')
    },
  }

  const terms: Record<string, Tensor> = {}
  const weights: Record<string, Tensor> = {}
  for (const term of lossTerms(options.losses)) {
    terms[term.name] = reshape(term.build(context), [1])
    weights[term.name] = input(`weight/${term.name}`, [1])
  }
  const total = Object.keys(terms)
    .map((name) => mul(terms[name]!, weights[name]!))
    .reduce(add)
  const degraded = context.degraded()
  return { shape, latent, latentRest, noise, camera, weights, terms, total, image, degraded, draws, once, prepared }
}

function siblingInputs(which: string, rgbs: readonly Tensor[], size: number): SiblingTensors {
  return {
    image: input(`${which}/image`, [1, 3, size, size]),
    rgbs: rgbs.map((rgb, i) => input(`${which}/rgb${i}`, rgb.shape)),
  }
}

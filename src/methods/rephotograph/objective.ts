// The whole objective as a graph: generator, degradation and the terms of the config, with every parameter as an input.
// It has no numbers of a portrait in it: target and siblings enter through `given`, from which a second, small program
// prepares at the start of each stage whatever does not change from step to step.

import { type DegradationConfig, Degrader, degradationStages, stageParameters } from '../../degrade/degrade.ts'
import { downsample, reduceTo } from '../../degrade/downsample.ts'
import type { Parameter, Side, StageFiles } from '../../degrade/stage.ts'
import { type GeneratorShape, generatorShape, synthesize } from '../../generator/stylegan2.ts'
import { add } from '../../graph/elementwise.ts'
import { concat, reshape } from '../../graph/layout.ts'
import { sizeOf } from '../../graph/shape.ts'
import { input, type Tensor } from '../../graph/tensor.ts'
import type { Weights } from '../../graph/weights.ts'
import type { Draw, WeightedTerm } from '../../optimize/problem.ts'
import { weightedTotal } from '../../optimize/step.ts'
import { type LossesConfig, lossTerms } from './losses.ts'
import type { NetworkOf, SiblingTensors, TermContext } from './term.ts'

export interface Objective {
  shape: GeneratorShape
  /** The first layers of w+, the only ones that are optimized: [1, k, styleDim]. */
  latent: Tensor
  /** The other layers: [1, n − k, styleDim]; absent when all are optimized. */
  latentRest: Tensor | undefined
  /** Both, with the noise on them if there is any: [1, n, styleDim]. */
  whole: Tensor
  noise: readonly Tensor[]
  /** The degradation's parameters by full name. */
  camera: Readonly<Record<string, { tensor: Tensor; parameter: Parameter }>>
  terms: Readonly<Record<string, WeightedTerm>>
  /** Their weighted sum. */
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
  network: NetworkOf
  /** The generator, where it is not the network's own. */
  generator?: Weights
  degradation: DegradationConfig
  /** Pictures that the degradation's config names, read. */
  files?: StageFiles
  losses: LossesConfig
  /** Side of the target; at most the generator's. */
  target: Side
  /** How many of the first latents are optimized. */
  coarseLatents: number
  /** Added to the optimized latents when given: [1, coarseLatents, styleDim]. */
  latentNoise?: Tensor
}

/**
 * Of the stages' own likelihoods, which move nothing but the stages' parameters: RAdam makes of any weight the same steps,
 * but for the first five, which follow the plain slope and shall not jump.
 */
const LIKELIHOOD_WEIGHT = 0.01

export function buildObjective(options: ObjectiveOptions): Objective {
  const { network, target, coarseLatents, generator = network('stylegan2') } = options
  const shape = generatorShape(generator)
  const { size, styleDim, latents } = shape

  const latent = input('latent', [1, coarseLatents, styleDim])
  const latentRest = coarseLatents < latents ? input('latent/rest', [1, latents - coarseLatents, styleDim]) : undefined
  const moved = options.latentNoise ? add(latent, options.latentNoise) : latent
  const whole = latentRest ? concat([moved, latentRest], 1) : moved
  const noise = shape.noiseSides.map((r, i) => input(`noise/${i}`, [1, 1, r, r]))
  const { image, rgbs } = synthesize(generator, whole, noise)

  const stages = degradationStages(options.degradation, options.files)
  const camera: Record<string, { tensor: Tensor; parameter: Parameter }> = {}
  for (const parameter of stageParameters(stages))
    camera[parameter.fullName] = { tensor: input(`camera/${parameter.fullName}`, parameter.shape), parameter }
  const cameraTensors = Object.fromEntries(Object.entries(camera).map(([name, { tensor }]) => [name, tensor]))
  const reduction = { ...downsample.defaults, ...options.degradation.downsample }

  const given = {
    target: input('target', [1, 3, target.height, target.width]),
    first: siblingInputs('first', rgbs, size),
    fresh: siblingInputs('fresh', rgbs, size),
  }
  const degradedBySize = new Map<string, Tensor>()
  const draws: Draw[] = []
  const once: Record<string, Tensor> = {}
  const prepared: Record<string, Tensor> = {}
  const onceOnly = (name: string, value: Tensor): Tensor => {
    prepared[name] = value
    once[name] ??= input(name, value.shape)
    return once[name]
  }
  const targetAt = (side: Side): Tensor => reduceTo(given.target, side, reduction)
  const normals = new Map<string, Tensor>()
  const indices = new Map<string, Tensor>()
  const degrader = new Degrader(stages, image, cameraTensors, {
    old: (side) => onceOnly(`degrade/old/${side.height}×${side.width}`, targetAt(side)),
    normal: (name, shape) => {
      const known = normals.get(name)
      if (known) return known
      draws.push({ name, sample: (random) => random.normal(sizeOf(shape)) })
      const drawn = input(name, shape)
      normals.set(name, drawn)
      return drawn
    },
  })
  const context: TermContext = {
    network,
    size,
    image,
    rgbs,
    latent: whole,
    noise,
    degraded: (side = target) => {
      const key = `${side.height}×${side.width}`
      const known = degradedBySize.get(key) ?? degrader.to(side)
      degradedBySize.set(key, known)
      return known
    },
    target: given.target,
    targetAt,
    sibling: (which) => given[which],
    once: onceOnly,
    draw: (name, count, sample) => {
      const known = indices.get(name)
      if (known) return known
      draws.push({ name, sample })
      const drawn = input(name, [count], 'int32')
      indices.set(name, drawn)
      return drawn
    },
  }

  const terms: Record<string, WeightedTerm> = {}
  const degraded = context.degraded()
  const addTerm = (name: string, weight: number, loss: Tensor): void => {
    terms[name] = { loss: reshape(loss, [1]), weight }
  }
  for (const term of lossTerms(options.losses)) addTerm(term.name, term.weight, term.build(context))
  for (const [name, loss] of degrader.likelihoods()) addTerm(name, LIKELIHOOD_WEIGHT, loss)
  return {
    shape,
    latent,
    latentRest,
    whole,
    noise,
    camera,
    terms,
    total: weightedTotal(terms),
    image,
    degraded,
    draws,
    once,
    prepared,
  }
}

function siblingInputs(which: string, rgbs: readonly Tensor[], size: number): SiblingTensors {
  return {
    image: input(`${which}/image`, [1, 3, size, size]),
    rgbs: rgbs.map((rgb, i) => input(`${which}/rgb${i}`, rgb.shape)),
  }
}

// The whole degradation: the stages of a config, in their order, from a colour picture to what the losses compare with
// the old photograph.

import type { z } from 'zod'
import { concat } from '../graph/layout.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import type { Parameter, Side, Stage, StageContext, StageFiles, StageKind } from './stage.ts'
import * as stageKinds from './stages.ts'

export type StageName = keyof typeof stageKinds

/** An ordered map: the order of its keys is the order of the stages. What a stage leaves out is its default. */
export type DegradationConfig = {
  [Name in StageName]?: Partial<z.infer<(typeof stageKinds)[Name]['schema']>>
}

/** A stage under its key in the config. */
export type NamedStage = Stage & { readonly name: string }

const kinds = stageKinds as unknown as Readonly<Record<string, StageKind<z.ZodObject>>>

/** @param files the pictures that `stageFilePaths` names, read */
export function degradationStages(config: DegradationConfig, files: StageFiles = new Map()): NamedStage[] {
  return stageConfigs(config).map(([name, kind, own]) => ({ name, ...kind.make(own, files) }))
}

/** Paths of the pictures that the stages of a config want. */
export function stageFilePaths(config: DegradationConfig): string[] {
  return stageConfigs(config).flatMap(([, kind, own]) => kind.files?.(own) ?? [])
}

function stageConfigs(config: DegradationConfig) {
  return Object.entries(config).flatMap(([name, own]) => {
    const kind = kinds[name]
    return kind && own ? [[name, kind, { ...kind.defaults, ...own }] as const] : []
  })
}

/** Every parameter of the stages under its full name, "stage.parameter". */
export function stageParameters(stages: readonly NamedStage[]): (Parameter & { fullName: string })[] {
  return stages.flatMap((stage) => stage.parameters.map((p) => ({ ...p, fullName: `${stage.name}.${p.name}` })))
}

/**
 * A picture's way through the stages, to any size. Stages before the reduction do not depend on the size and are built
 * once for all of them.
 *
 * @param image [N, 3, size, size] in ±1
 * @param parameters by full name
 * @param around what stages may see besides: the old picture, random numbers
 */
export class Degrader {
  readonly #stages: readonly NamedStage[]
  readonly #image: Tensor
  readonly #parameters: Readonly<Record<string, Tensor>>
  readonly #around: Pick<StageContext, 'old' | 'normal'>
  readonly #common: number
  #prefix: Tensor | undefined
  readonly #likelihoods = new Map<string, Tensor>()

  constructor(
    stages: readonly NamedStage[],
    image: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    around: Partial<Pick<StageContext, 'old' | 'normal'>> = {},
  ) {
    this.#stages = stages
    this.#image = image
    this.#parameters = parameters
    this.#around = { old: around.old, normal: around.normal }
    const reduction = stages.findIndex(({ name }) => name === 'downsample')
    this.#common = reduction < 0 ? stages.length : reduction
  }

  /**
   * @param target size at which the result is compared; undefined: that of the image
   * @returns [N, 3, height, width] in ±1; a single channel is repeated, since the feature networks want three
   */
  to(target?: Side): Tensor {
    this.#prefix ??= this.#through(this.#image, 0, this.#common, undefined)
    const x = this.#through(this.#prefix, this.#common, this.#stages.length, target)
    return x.shape[1] === 1 ? concat([x, x, x], 1) : x
  }

  /** Terms of the objective that stages bring, by stage: asked for after `to` was, for the size asked for first. */
  likelihoods(): ReadonlyMap<string, Tensor> {
    return this.#likelihoods
  }

  #through(x: Tensor, from: number, to: number, target: Side | undefined): Tensor {
    const context: StageContext = { size: this.#image.shape[3]!, target, ...this.#around }
    return this.#stages.slice(from, to).reduce((y, stage) => {
      const { name } = stage
      const own = Object.fromEntries(stage.parameters.map((p) => [p.name, this.#parameters[`${name}.${p.name}`]!]))
      return scope(`degrade/${name}`, () => {
        if (stage.likelihood && context.old && !this.#likelihoods.has(name))
          this.#likelihoods.set(name, stage.likelihood(y, own, context))
        return stage.apply(y, own, context)
      })
    }, x)
  }
}

/** One picture at one size; see `Degrader`. */
export function degrade(
  stages: readonly NamedStage[],
  image: Tensor,
  parameters: Readonly<Record<string, Tensor>>,
  target?: Side,
  around: Partial<Pick<StageContext, 'old' | 'normal'>> = {},
): Tensor {
  return new Degrader(stages, image, parameters, around).to(target)
}

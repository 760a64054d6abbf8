// The whole degradation: the stages of a config, in their order, from a colour picture to what the losses compare with
// the old photograph.

import { concat } from '../graph/layout.ts'
import { scope, type Tensor } from '../graph/tensor.ts'
import { type BlurConfig, blurStage } from './blur.ts'
import { type DownsampleConfig, downsampleStage } from './downsample.ts'
import { type ResponseConfig, responseStage } from './response.ts'
import { type Sensitivity, spectralStage } from './spectral.ts'
import type { Parameter, Side, Stage } from './stage.ts'

/** An ordered map: the order of its keys is the order of the stages. */
export interface DegradationConfig {
  blur?: BlurConfig
  downsample?: DownsampleConfig
  spectral?: { sensitivity: Sensitivity }
  response?: ResponseConfig
}

type AllStages = Required<DegradationConfig>

/** To add a stage: a file of its own beside this one, a line here, and its schema in src/config/schema-degradation.ts. */
const makers: { [Name in keyof AllStages]: (config: AllStages[Name]) => Stage } = {
  blur: blurStage,
  downsample: downsampleStage,
  spectral: spectralStage,
  response: responseStage,
}

export function degradationStages(config: DegradationConfig): Stage[] {
  const make = <Name extends keyof AllStages>(name: Name, stage: AllStages[Name]): Stage => makers[name](stage)
  return (Object.keys(config) as (keyof AllStages)[]).flatMap((name) => {
    const stage = config[name]
    return stage ? [make(name, stage as AllStages[typeof name])] : []
  })
}

/** Every parameter of the stages under its full name, "stage.parameter". */
export function stageParameters(stages: readonly Stage[]): (Parameter & { fullName: string })[] {
  return stages.flatMap((stage) => stage.parameters.map((p) => ({ ...p, fullName: `${stage.name}.${p.name}` })))
}

/**
 * @param image [N, 3, size, size] in ±1
 * @param parameters by full name
 * @param target size at which the result is compared; undefined: that of the image
 * @returns [N, 3, height, width] in ±1; a single channel is repeated, since the feature networks want three
 */
export function degrade(
  stages: readonly Stage[],
  image: Tensor,
  parameters: Readonly<Record<string, Tensor>>,
  target?: Side,
): Tensor {
  const size = image.shape[3]!
  let x = image
  for (const stage of stages) {
    const own = Object.fromEntries(stage.parameters.map((p) => [p.name, parameters[`${stage.name}.${p.name}`]!]))
    x = scope(`degrade/${stage.name}`, () => stage.apply(x, own, { size, target }))
  }
  return x.shape[1] === 1 ? concat([x, x, x], 1) : x
}

// What is measured: the whole optimization step, for a model pack and for full-size networks with formula weights.

import type { CompileOptions, Program } from '../src/engine/executable.ts'
import { generatorShape } from '../src/generator/stylegan2.ts'
import { networkOf, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { objectiveOf } from '../src/methods/rephotograph/objective-of.ts'
import { optimize } from '../src/methods/rephotograph/optimize.ts'
import type { OptimizeOptions } from '../src/methods/rephotograph/options.ts'
import { portraitProblem } from '../src/methods/rephotograph/problem.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { featuresBy } from '../src/methods/stylize/features.ts'
import { stylizeProblem } from '../src/methods/stylize/problem.ts'
import { stylizeDefaults } from '../src/methods/stylize/schema.ts'
import { loadPack } from '../src/models/load.ts'
import { type DescentObserver, descend } from '../src/optimize/descent.ts'
import { stepProgram } from '../src/optimize/step.ts'
import { formulaImage, formulaValues } from '../test/support/formula.ts'
import { goldenDegradation, goldenLosses, goldenNetworks, goldenOptimize } from '../test/support/golden-setup.ts'

export interface Workload {
  name: string
  /** One step. */
  program: Program
  /** Takes steps. */
  walk(steps: number, compile: CompileOptions, observer: DescentObserver): Promise<unknown>
}

/** A step of rephotography, of whatever networks and sizes. */
function portraitWorkload(name: string, options: OptimizeOptions): Workload {
  return {
    name,
    program: stepProgram(portraitProblem(objectiveOf(options), options.optimize), options.optimize.optimizer),
    walk: (steps, compile, observer) =>
      optimize({ ...options, compile, optimize: { ...options.optimize, steps: [steps] } }, observer),
  }
}

/** Side of the picture whose style is transferred. */
const STYLIZE_SIDE = 512

/** The default objective of style transfer at 512×512: VGG-19 at its official width to conv5_1, weights from the formula. */
export function stylizeWorkload(): Workload {
  const side = { width: STYLIZE_SIDE, height: STYLIZE_SIDE }
  const { method: _, ...config } = stylizeDefaults
  const { betas, eps } = config.optimize.optimizer
  const optimizer = { name: 'adam', betas, eps } as const
  const problem = stylizeProblem({
    config,
    features: featuresBy('vgg19', goldenNetworks('', 512)('vgg19'), config.network),
    side,
    regions: [{ masked: false, styles: [{ style: 0, side, weight: 1, masked: false }] }],
    contentWeighted: false,
  })
  const picture = (name: string) => formulaImage(name, 3, STYLIZE_SIDE, STYLIZE_SIDE)
  return {
    name: `stylize ${STYLIZE_SIDE}×${STYLIZE_SIDE}`,
    program: stepProgram(problem, optimizer),
    walk: (steps, compile, observer) =>
      descend(
        {
          problem,
          steps: [steps],
          seed: 0,
          start: { pixels: picture('content') },
          told: [],
          feeds: () => ({ lr: [config.optimize.lr] }),
          given: async () => ({ content: picture('content'), 'style/0': picture('style') }),
        },
        { optimizer, compile },
        observer,
      ),
  }
}

/** The full objective of the reference at `size` px: every network at its official width, weights from the formula. */
export function fullSizeOptions(size: 512 | 1024): OptimizeOptions {
  const network = goldenNetworks('', size)
  const { latents, noiseSides, styleDim } = generatorShape(network('stylegan2'))
  const gray = formulaImage('target', 1, size, size).map((v) => 2 * v - 1)
  return {
    network,
    degradation: goldenDegradation,
    losses: goldenLosses,
    optimize: goldenOptimize,
    seed: 0,
    target: { side: { height: size, width: size }, data: Float32Array.from([...gray, ...gray, ...gray]) },
    start: {
      latent: formulaValues('latent', latents * styleDim),
      noise: noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r)),
    },
  }
}

/** The quickstart's kind of run: the shipped pack at its own size and settings. */
export function compactWorkload(): Workload {
  const pack = loadPack('compact')
  const size = pack.generatorSize
  const config = resolveConfig({}, settingsOf(pack, 'b'), size)
  const network = networkOf(pack)
  const { latents, noiseSides } = generatorShape(network('stylegan2'))
  const average = pack.store('w_stats').read('mean')
  const gray = formulaImage('target', 1, size, size).map((v) => 2 * v - 1)
  return portraitWorkload(`compact ${size} px`, {
    network,
    degradation: config.degradation,
    losses: config.losses,
    optimize: config.optimize,
    seed: 0,
    target: { side: { height: size, width: size }, data: Float32Array.from([...gray, ...gray, ...gray]) },
    start: {
      latent: Float32Array.from({ length: latents * average.length }, (_, i) => average[i % average.length]!),
      noise: noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r)),
    },
  })
}

export const workloads: Readonly<Record<string, () => Workload>> = {
  compact: compactWorkload,
  512: () => portraitWorkload('full-size 512 px', fullSizeOptions(512)),
  1024: () => portraitWorkload('full-size 1024 px', fullSizeOptions(1024)),
  stylize: stylizeWorkload,
}

/** What a run asks of a machine: the pass over the content, and the steps of fits. */
import { programCost } from '../../engine/cost.ts'
import { wholeCost, wholeSides } from '../../forward/whole.ts'
import type { Side } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { stepProgram } from '../../optimize/step.ts'
import type { PhaseCost } from '../method.ts'
import { fitProblem } from './fit.ts'
import { openNetworks } from './networks.ts'
import type { FastStyleConfig } from './schema.ts'
import { lookingPack } from './setting.ts'
import { contentSide } from './sides.ts'
import { fitSteps } from './vectors.ts'

/** @param picture sides of the content; a square of 512 px stands for others */
export function fastStyleCost(
  config: FastStyleConfig,
  pack: LoadedPack,
  picture: Side = { width: 512, height: 512 },
): PhaseCost[] {
  const networks = openNetworks(config, pack)
  try {
    const side = contentSide(config, picture)
    const { width, height } = wholeSides(networks.network, side)
    const pass = { ...wholeCost(networks.network, side), name: `${width}×${height} px`, runs: 1 + config.strip }
    const steps = fitSteps({ config, networks })
    const looking = steps === 0 ? undefined : lookingPack(pack)
    if (!looking || !networks.transformer) return [pass]
    const { weights, length } = networks.transformer
    const square = { width: config.fit.side, height: config.fit.side }
    const problem = fitProblem(
      weights,
      weightsOf(looking, 'vgg19_style'),
      square,
      square,
      length,
      config.fit.styleWeight,
    )
    const step = programCost(stepProgram(problem, { name: 'adam', betas: [0.9, 0.99], eps: 1e-8 }))
    if (looking !== pack) looking.close()
    return [{ ...step, name: `fit at ${config.fit.side} px`, runs: steps * config.styles.length }, pass]
  } finally {
    networks.close()
  }
}

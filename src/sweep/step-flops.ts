/** The arithmetic of one step of a run, counted on its graph without compiling it. */
import type { ConfigFragment } from '../config/index.ts'
import { countFlops } from '../graph/flops.ts'
import { objectiveOf } from '../methods/rephotograph/objective-of.ts'
import { portraitProblem } from '../methods/rephotograph/problem.ts'
import type { LoadedPack } from '../models/load.ts'
import { stepProgram } from '../optimize/step.ts'
import { networkOf } from '../pipeline/networks.ts'
import { resolveFor } from './expand.ts'

/** Floating-point operations of a step. */
export function stepFlops(pack: LoadedPack, fragment: ConfigFragment): number {
  const { degradation, losses, optimize } = resolveFor(fragment, pack)
  const size = pack.generatorSize
  const objective = objectiveOf({
    network: networkOf(pack),
    degradation,
    losses,
    optimize,
    target: { side: { width: size, height: size } },
  })
  const { outputs, state } = stepProgram(portraitProblem(objective, optimize), optimize.optimizer)
  return countFlops([...Object.values(outputs), ...Object.values(state ?? {}).map(({ next }) => next)])
}

/** The arithmetic of one step of a run, counted on its graph without compiling it. */
import type { ConfigFragment } from '../config/index.ts'
import { countFlops } from '../graph/flops.ts'
import type { LoadedPack } from '../models/load.ts'
import { objectiveOf } from '../optimize/objective-of.ts'
import { stepProgram } from '../optimize/step.ts'
import { objectiveNetworks } from '../pipeline/networks.ts'
import { resolveFor } from './expand.ts'

/** Floating-point operations of a step. */
export function stepFlops(pack: LoadedPack, fragment: ConfigFragment): number {
  const { degradation, losses, optimize } = resolveFor(fragment, pack)
  const size = pack.generatorSize
  const objective = objectiveOf({
    networks: objectiveNetworks(pack),
    degradation,
    losses,
    optimize,
    target: { side: { width: size, height: size } },
  })
  const { outputs, state } = stepProgram(objective, optimize)
  return countFlops([...Object.values(outputs), ...Object.values(state ?? {}).map(({ next }) => next)])
}

// One step of the whole objective on the tiny pack's networks, with numbers for everything that it is fed: what engines
// and devices are compared on.

import type { Executable, Program } from '../../src/engine/executable.ts'
import { layoutOf } from '../../src/engine/program.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import type { ConfigFragment } from '../../src/methods/rephotograph/config.ts'
import { networkOf } from '../../src/methods/rephotograph/networks.ts'
import { objectiveOf } from '../../src/methods/rephotograph/objective-of.ts'
import { portraitProblem } from '../../src/methods/rephotograph/problem.ts'
import { openSetting } from '../../src/methods/rephotograph/setting.ts'
import { stepProgram } from '../../src/optimize/step.ts'
import { formulaValues } from './formula.ts'
import { tinyConfig } from './tiny-pack.ts'

export interface TinyStep {
  program: Program
  feeds: Record<string, number[] | Float32Array>
  /** Fills state and constants. */
  begin(executable: Executable): Promise<void>
}

/** @param pack a folder that makeTinyPack has filled */
export function tinyStep(pack: string, change: ConfigFragment = {}): TinyStep {
  const setting = openSetting({ ...tinyConfig(pack, 'none.png'), ...change })
  const { config, shape } = setting
  const objective = objectiveOf({
    network: networkOf(setting.pack),
    degradation: config.degradation,
    losses: config.losses,
    optimize: config.optimize,
    target: { side: { width: shape.size, height: shape.size } },
  })
  const program = stepProgram(portraitProblem(objective, config.optimize), config.optimize.optimizer)
  const { fed, held } = layoutOf(program)
  const feeds: TinyStep['feeds'] = {}
  for (const t of fed) {
    const count = sizeOf(t.shape)
    if (t.dtype === 'int32') feeds[t.name!] = Array.from({ length: count }, (_, i) => i)
    else if (t.name!.startsWith('lr/')) feeds[t.name!] = [0.01]
    else if (count === 1) feeds[t.name!] = [0.5]
    else if (t.name === 'latent/mask') feeds[t.name] = new Float32Array(count).fill(1)
    else feeds[t.name!] = formulaValues(t.name!, count)
  }
  return {
    program,
    feeds,
    begin: async (executable) => {
      const camera = Object.entries(objective.camera).map(([name, { parameter }]) => [
        `camera/${name}`,
        parameter.start,
      ])
      const starts = new Map(camera as [string, readonly number[]][])
      for (const { name, current } of held) {
        const start = starts.get(name)
        const values = formulaValues(name, sizeOf(current.shape))
        // Averages of squares are not negative.
        const moment = /^[mv]\//.test(name) ? values.map((v) => 0.01 * Math.abs(v)) : values
        await executable.writeState(name, start ?? moment)
      }
    },
  }
}

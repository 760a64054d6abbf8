/** One optimization step of a config as an ONNX model: `rephoto export`, and a function of the package. */
import { writeAtomically } from '../../checkpoint/atomic.ts'
import type { Fragment } from '../../config/load.ts'
import { programModel } from '../../engine/program.ts'
import { stepProgram } from '../../optimize/step.ts'
import { outputPath } from '../../output.ts'
import { atPath } from '../../run/errors.ts'
import { portraitConfig } from './config.ts'
import { networkOf } from './networks.ts'
import { objectiveOf } from './objective-of.ts'
import { portraitProblem } from './problem.ts'
import { openSetting } from './setting.ts'
import { stageFiles } from './stage-files.ts'

/**
 * Writes the step that a config runs: forward, backward, optimizer, weights included.
 *
 * @param out .onnx file to write, or a folder for step.onnx
 * @param options `force`: whether a file that is there already may be replaced
 * @returns the path of the file
 */
export async function exportStep(
  fragment: Fragment,
  out: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<string> {
  const path = outputPath({ out, name: 'step.onnx', suffixes: ['.onnx'], inputs: [], force })
  const setting = openSetting(portraitConfig(fragment))
  try {
    const { pack, config, shape } = setting
    const objective = objectiveOf({
      network: networkOf(pack),
      degradation: config.degradation,
      files: await stageFiles(config),
      losses: config.losses,
      optimize: config.optimize,
      target: { side: { width: shape.size, height: shape.size } },
    })
    const model = programModel(stepProgram(portraitProblem(objective, config.optimize), config.optimize.optimizer))
    atPath(path, () => writeAtomically(path, (write) => write(model), { exclusive: !force }))
    return path
  } finally {
    setting.pack.close()
  }
}

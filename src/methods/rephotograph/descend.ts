/** The optimization of a run, recorded in its folder. */

import { degradationStages, stageParameters } from '../../degrade/degrade.ts'
import { toPlanar } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import type { Snapshot } from '../../optimize/descent.ts'
import { DivergedError, StateError } from '../../optimize/errors.ts'
import { brokenState, recordDescent, savedState } from '../../run/descent-record.ts'
import { runFile } from '../../run/folder.ts'
import type { RunRecord } from '../../run/record.ts'
import { loadState } from '../../run/state.ts'
import type { PortraitCodes } from './codes.ts'
import type { ResolvedConfig } from './config.ts'
import { latentDeviation } from './deviation.ts'
import { bitmapOf } from './generated.ts'
import { networkOf } from './networks.ts'
import { objectiveOf } from './objective-of.ts'
import { codesOf, optimize } from './optimize.ts'
import type { OptimizeOptions } from './options.ts'
import type { Prepared } from './prepare.ts'
import type { Setting } from './setting.ts'
import { stageFiles } from './stage-files.ts'

/** Where the optimization ended. */
export interface Descended {
  readonly step: number
  /** False when the signal stopped it. */
  readonly finished: boolean
  readonly codes: PortraitCodes
  /** What stopped it short of the signal: a loss that is no number. */
  readonly failure?: DivergedError
}

/** Runs the optimization from its start, or from the saved state in the run folder. */
export async function descend(
  setting: Setting,
  record: RunRecord,
  start: Prepared,
  signal: AbortSignal | undefined,
): Promise<Descended> {
  const { config, shape, compute } = setting
  const { folder } = record
  const total = totalSteps(config)
  const saved = savedState(folder, record.manifest, total)
  // Stopped while the portrait was being prepared: compiling a step to take none would only keep the user waiting.
  if (signal?.aborted && !saved) {
    return {
      step: 0,
      finished: false,
      codes: { latent: start.latent, noise: start.noise, camera: cameraStart(config) },
    }
  }
  const kept = recordDescent(
    record,
    { totalSteps: total, stages: stagesOf(config).length, output: config.output },
    saved?.step ?? 0,
  )
  const why = config.device === 'auto' ? { detail: `for ${compute.device}: ${compute.reason}` } : {}
  record.tell({ type: 'phase', name: 'compile', ...why })
  const options = await optimizeOptions(setting, start, saved)
  try {
    const result = await optimize(
      options,
      {
        onCompiled: kept.compiled,
        wantViews: kept.wantsFrame,
        onEnough: kept.enough,
        onStep: (report, snapshot) =>
          kept.step(report, () => bitmapOf(report.views!.image!, shape.size, 'round'), snapshot),
      },
      signal,
    )
    if (!result.finished) kept.save(result.snapshot)
    return { step: result.snapshot.step, finished: result.finished, codes: result.codes }
  } catch (error) {
    if (error instanceof StateError) throw brokenState(folder, error.message)
    if (!(error instanceof DivergedError)) throw error
    // The loop gives back the last state whose losses were good; should that be spoilt too, the saved one is left.
    const good = allFinite(error.snapshot) ? error.snapshot : loadState(runFile.state(folder))
    if (good === undefined) throw error
    if (good === error.snapshot) kept.save(error.snapshot)
    return { step: good.step, finished: false, codes: codesOf(good, objectiveOf(options)), failure: error }
  } finally {
    kept.close()
  }
}

/** The stages of a run: those of the codes, up to a resolution each, and that of the generator where it is tuned. */
export function stagesOf({ optimize, tune }: ResolvedConfig): { steps: number; coarse?: number }[] {
  const codes = optimize.steps.map((steps, stage) => ({ steps, coarse: optimize.coarseMin * 2 ** stage }))
  return tune.steps > 0 ? [...codes, { steps: tune.steps }] : codes
}

function totalSteps(config: ResolvedConfig): number {
  return stagesOf(config).reduce((sum, { steps }) => sum + steps, 0)
}

async function optimizeOptions(
  setting: Setting,
  start: Prepared,
  saved: Snapshot | undefined,
): Promise<OptimizeOptions> {
  const { pack, config, compute } = setting
  const { width, height } = start.target
  return {
    network: networkOf(pack),
    degradation: config.degradation,
    files: await stageFiles(config, start.damage),
    losses: config.losses,
    optimize: config.optimize,
    tune: config.tune,
    seed: config.seed,
    target: { side: { width, height }, data: toPlanar(toColor(start.target), 'pm1') },
    start: { latent: start.latent, noise: start.noise },
    compile: compute.options,
    ...(saved === undefined ? {} : { resume: { step: saved.step, tensors: saved.tensors } }),
    ...(config.optimize.latentNoise.strength > 0
      ? { latentDeviation: await latentDeviation(pack, compute.options) }
      : {}),
  }
}

/** The camera's parameters as they begin, in the order of the stages. */
export function cameraStart({ degradation }: ResolvedConfig): Record<string, readonly number[]> {
  const parameters = stageParameters(degradationStages(degradation))
  return Object.fromEntries(parameters.map(({ fullName, start }) => [fullName, start]))
}

function allFinite({ tensors }: Snapshot): boolean {
  return Object.values(tensors).every(({ data }) => data.every(Number.isFinite))
}

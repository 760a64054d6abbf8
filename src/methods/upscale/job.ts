/** What an enlargement does: its plan, and its job from the picture to the metrics. */
import type { JsonObject } from '../../config/merge.ts'
import { resize } from '../../images/resample.ts'
import type { Samples } from '../../images/samples.ts'
import type { LoadedPack } from '../../models/load.ts'
import { runName } from '../../run/folder.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import { readWholeInput, type WholeInput, writeWholeResult } from '../all-bits.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { resolveUpscale, upscaleFragment } from './config.ts'
import { plannedSide, upscaleCost } from './cost.ts'
import { enlarge, planOfPass } from './enlarge.ts'
import { measure, type ShownPictures } from './measure.ts'
import { filesOf } from './network.ts'
import type { UpscaleConfig, UpscaleFragment } from './schema.ts'
import { openSetting } from './setting.ts'

export const loaded: LoadedMethod = {
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveUpscale(upscaleFragment(fragment))
    if (config.network.file === null) pack.path('upscaler')
    return planOf(config, pack)
  },
  open: (fragment) => openJob(upscaleFragment(fragment)),
  weightKeys: () => [],
}

function planOf(config: UpscaleConfig, pack: LoadedPack): Plan {
  return {
    config: config as unknown as JsonObject,
    document: config as unknown as JsonObject,
    roles: config.network.file === null ? ['upscaler'] : [],
    guessed: [],
    sources: filesOf(config),
    // One step: the pass over the picture.
    stages: [{ steps: 1 }],
    cost: (picture) => upscaleCost(config, pack, picture),
    resultSide: (picture) => plannedSide(config, pack, picture),
  }
}

function openJob(fragment: UpscaleFragment): Job {
  const setting = openSetting(fragment)
  const { config, network, pack, threads } = setting
  let input: WholeInput | undefined
  let result: Samples | undefined
  let shown: ShownPictures | undefined
  return {
    plan: planOf(config, pack),
    pack,
    threads,
    get device() {
      return setting.compute.device
    },
    async prepare(record) {
      input = await readWholeInput(record, String(config.input), config.output, (picture) =>
        planOfPass(setting, picture),
      )
      record.tell({ type: 'note', message: `${network.title}, from ${setting.source}` })
    },
    // The input is read again: its file has all bits, the run folder a picture to look at.
    prepared: async () => false,
    async work(record, signal) {
      record.tell({ type: 'phase', name: 'compile' })
      const started = performance.now()
      result = (await enlarge(setting, record, input!.picture, signal)).picture
      record.spent('enlarge', (performance.now() - started) / 1000)
      return { step: result ? 1 : 0, finished: result !== undefined }
    },
    async write(record) {
      if (!result) return
      const small = await writeWholeResult(record, result, config.output, input!.opened)
      const plain = resize(input!.shown, small.width, small.height, 'lanczos')
      await writeRunPicture(record.folder, runName.picture('plain'), plain)
      shown = { input: input!.shown, plain, result: small }
    },
    measure: (record) => measure(setting, record, shown!),
    close: () => setting.close(),
  }
}

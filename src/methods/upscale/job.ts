/** What an enlargement does: its plan, and its job from the picture to the metrics. */
import type { JsonObject } from '../../config/merge.ts'
import { type OpenedPicture, openPicture } from '../../images/read.ts'
import { resize } from '../../images/resample.ts'
import type { Samples } from '../../images/samples.ts'
import { writePicture } from '../../images/write.ts'
import type { LoadedPack } from '../../models/load.ts'
import { claim } from '../../output.ts'
import { runName } from '../../run/folder.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { isWhollyShown, reduced, shownPicture } from '../shown.ts'
import { resolveUpscale, upscaleFragment } from './config.ts'
import { plannedSide, upscaleCost } from './cost.ts'
import { enlarge, planOfPass } from './enlarge.ts'
import { measure, type ShownPictures } from './measure.ts'
import { filesBeside } from './network.ts'
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
    sources: filesBeside(config),
    // One step: the pass over the picture.
    stages: [{ steps: 1 }],
    cost: (picture) => upscaleCost(config, pack, picture),
    resultSide: (picture) => plannedSide(config, pack, picture),
  }
}

function openJob(fragment: UpscaleFragment): Job {
  const setting = openSetting(fragment)
  const { config, network, pack, threads } = setting
  let opened: OpenedPicture | undefined
  let given: Samples | undefined
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
      const path = String(config.input)
      if (config.output.file !== null) claim(config.output.file, [path], config.output.replace)
      await record.phase('prepare', async () => {
        opened = await openPicture(path)
        given = await opened.samples()
        // Before anything is left in the folder: a run that can't be is none.
        planOfPass(setting, given)
        await writeRunPicture(record.folder, runName.picture('input'), reduced(shownPicture(given)))
      })
      record.tell({ type: 'note', message: `${network.title}, from ${setting.source}` })
    },
    // The input is read again: its file has all bits, the run folder a picture to look at.
    prepared: async () => false,
    async work(record, signal) {
      record.tell({ type: 'phase', name: 'compile' })
      const started = performance.now()
      result = (await enlarge(setting, record, given!, signal)).picture
      record.spent('enlarge', (performance.now() - started) / 1000)
      return { step: result ? 1 : 0, finished: result !== undefined }
    },
    async write(record) {
      if (!result) return
      const { file, replace } = config.output
      if (file !== null) await writePicture(file, result, { metadata: opened!.metadata, exclusive: !replace })
      else if (!isWhollyShown(result))
        record.warn('result.png has 8 bits and at most 48 megapixels; name a file (output.file) for the whole result')
      const whole = shownPicture(result)
      const small = reduced(whole)
      const before = shownPicture(given!)
      shown = { input: before, plain: resize(before, small.width, small.height, 'lanczos'), result: small }
      await writeRunPicture(record.folder, runName.picture('plain'), shown.plain)
      await writeRunPicture(record.folder, runName.picture('result'), shown.result)
    },
    measure: (record) => measure(record, shown!),
    close: () => setting.close(),
  }
}

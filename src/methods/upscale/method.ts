/**
 * Enlarging by a network (Wang et al. 2018, 2021): the whole picture in one pass, over tiles. What the rest of the program needs to know
 * of it; the parts are in the files beside this one, tiles and memory in src/forward.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import { type OpenedPicture, openPicture } from '../../images/read.ts'
import { resize } from '../../images/resample.ts'
import type { Samples } from '../../images/samples.ts'
import { writePicture } from '../../images/write.ts'
import type { LoadedPack } from '../../models/load.ts'
import { claim } from '../../output.ts'
import { runName } from '../../run/folder.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import type { Job, Method, Plan } from '../method.ts'
import { isWhollyShown, reduced, shownPicture } from '../shown.ts'
import { resolveUpscale, upscaleFragment } from './config.ts'
import { upscaleCost } from './cost.ts'
import { enlarge, planOfPass } from './enlarge.ts'
import { measure, type ShownPictures } from './measure.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { filesBeside } from './network.ts'
import { upscaleReport } from './report.ts'
import { type UpscaleConfig, type UpscaleFragment, upscaleConfig, upscaleDefaults } from './schema.ts'
import { openSetting } from './setting.ts'

export const upscale: Method = {
  name: 'upscale',
  title: 'Enlarge a picture with a network',
  config: upscaleConfig,
  phases: {
    prepare: 'reading the picture',
    compile: 'compiling the network',
    enlarge: 'enlarging',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'input', title: 'Input', words: 'The picture as it was given' },
    { name: 'plain', title: 'Without a network', words: 'The input enlarged by Lanczos' },
    { name: 'result', title: 'Result', words: 'The picture enlarged by the network' },
    {
      name: 'detail',
      title: 'At full size',
      words: 'Without and with the network, pixel for pixel, where the two differ most',
    },
    {
      name: 'invented',
      title: 'Invented',
      words: "Where the result, brought back to the input's size, is brighter (red) or darker (blue) than the input",
    },
  ],
  before: 'plain',
  after: 'result',
  preparedFiles: [runName.picture('input')],
  keepsAlpha: true,
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: () => [],
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveUpscale(upscaleFragment(fragment))
    if (config.network.file === null) pack.path('upscaler')
    return planOf(config, pack)
  },
  open: (fragment) => openJob(upscaleFragment(fragment)),
  completed: ({ $schema: _, ...own }) => withMissing(own, upscaleDefaults) as JsonObject,
  asDocument: (config) => config,
  weightKeys: () => [],
  report: upscaleReport,
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

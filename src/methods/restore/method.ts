/**
 * Bringing old photographs back (Wan et al. 2020): damage found and filled in, tones and grain mapped to those of clean photographs,
 * faces one by one. What the rest of the program needs to know of it; the parts are in the files beside this one, the networks in
 * src/restore.
 */
import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { type OpenedPicture, openPicture } from '../../images/read.ts'
import type { Samples } from '../../images/samples.ts'
import { writePicture } from '../../images/write.ts'
import type { LoadedPack } from '../../models/load.ts'
import { claim } from '../../output.ts'
import { runName } from '../../run/folder.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import type { Job, Method, Plan } from '../method.ts'
import { isWhollyShown, reduced, shownPicture } from '../shown.ts'
import { resolveRestore, restoreFragment, rolesOf } from './config.ts'
import { restoreCost } from './cost.ts'
import { type Damage, findDamage } from './damage.ts'
import { measure } from './measure.ts'
import { describeMetric, metricCatalogue, metricsLine } from './metrics.ts'
import { requirePhotograph } from './photograph.ts'
import { restoreReport } from './report.ts'
import { type RestoreConfig, type RestoreFragment, restoreConfig, restoreDefaults } from './schema.ts'
import { openSetting, requireNetworks } from './setting.ts'
import { holed, type Restored, work } from './work.ts'

export const restore: Method = {
  name: 'restore',
  title: 'Restore an old photograph',
  config: restoreConfig,
  phases: {
    prepare: 'reading the photograph',
    scratches: 'looking for scratches',
    encode: 'encoding',
    map: 'mapping to a clean photograph',
    attend: 'filling in the damage',
    decode: 'decoding',
    faces: 'restoring faces',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'input', title: 'Input', words: 'The photograph as it was given' },
    { name: 'mask', title: 'Damage', words: 'White where the photograph is damaged' },
    { name: 'holed', title: 'Without the damage', words: 'What the networks saw: the damage painted white' },
    { name: 'restored', title: 'Restored', words: 'The photograph restored, before its faces' },
    { name: 'faces', title: 'Faces', words: 'Above each face before, below after the face network' },
    { name: 'result', title: 'Result', words: 'The restored photograph' },
  ],
  before: 'input',
  after: 'result',
  preparedFiles: [runName.picture('input')],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: () => [],
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveRestore(restoreFragment(fragment))
    requireNetworks(config, pack)
    return planOf(config, pack)
  },
  open: (fragment) => openJob(restoreFragment(fragment)),
  completed: ({ $schema: _, ...own }) => withMissing(own, restoreDefaults) as JsonObject,
  asDocument: (config) => config,
  weightKeys: () => [],
  report: restoreReport,
}

function planOf(config: RestoreConfig, pack: LoadedPack): Plan {
  return {
    config: config as unknown as JsonObject,
    document: config as unknown as JsonObject,
    roles: rolesOf(config, pack),
    guessed: [],
    sources: config.scratches.mask === null ? [] : [config.scratches.mask],
    // One step: the pass over the photograph.
    stages: [{ steps: 1 }],
    cost: (photograph) => restoreCost(config, pack, photograph),
  }
}

function openJob(fragment: RestoreFragment): Job {
  const setting = openSetting(fragment)
  const { config, pack, threads } = setting
  let opened: OpenedPicture | undefined
  let photograph: Samples | undefined
  let shown: Bitmap | undefined
  let damage: Damage | undefined
  let done: Restored | undefined
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
        photograph = await opened.samples()
        requirePhotograph(photograph, path)
        shown = shownPicture(photograph)
        await writeRunPicture(record.folder, runName.picture('input'), reduced(shown))
      })
      damage = await record.phase('scratches', () => findDamage(setting, shown!))
      record.tell({ type: 'note', message: `damage: ${damage.words}` })
    },
    // The input is read again: its file has all bits, the run folder a picture to look at.
    prepared: async () => false,
    async work(record, signal) {
      done = await work(setting, record, photograph!, damage!, signal)
      return { step: done ? 1 : 0, finished: done !== undefined }
    },
    async write(record) {
      const { folder } = record
      if (damage?.mask) {
        await writeRunPicture(folder, runName.picture('mask'), reduced(damage.mask))
        await writeRunPicture(folder, runName.picture('holed'), reduced(holed(shown!, damage.mask)))
      }
      if (!done) return
      const { restored, faces, result } = done
      const { file, replace } = config.output
      if (file !== null) await writePicture(file, result, { metadata: opened!.metadata, exclusive: !replace })
      else if (!isWhollyShown(result))
        record.warn('result.png has 8 bits and at most 48 megapixels; name a file (output.file) for the whole result')
      if (!damage?.mask) record.warn(`nothing was filled in: ${damage!.words}`)
      await writeRunPicture(folder, runName.picture('restored'), reduced(shownPicture(restored)))
      if (faces?.sheet) await writeRunPicture(folder, runName.picture('faces'), faces.sheet)
      await writeRunPicture(folder, runName.picture('result'), reduced(shownPicture(result)))
    },
    measure: (record) => measure(record, { photograph: shown!, damage: damage!, done: done! }),
    close: () => pack.close(),
  }
}

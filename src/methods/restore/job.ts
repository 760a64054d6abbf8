/** What a restoration does: its plan, and its job from the photograph to the metrics. */
import type { JsonObject } from '../../config/merge.ts'
import type { LoadedPack } from '../../models/load.ts'
import { runName } from '../../run/folder.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import { readWholeInput, type WholeInput, writeWholeResult } from '../all-bits.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { reduced, shownPicture } from '../shown.ts'
import { resolveRestore, restoreFragment, rolesOf } from './config.ts'
import { restoreCost } from './cost.ts'
import { type Damage, findDamage } from './damage.ts'
import { look } from './look.ts'
import { measure } from './measure.ts'
import { requirePhotograph } from './photograph.ts'
import type { RestoreConfig, RestoreFragment } from './schema.ts'
import { openSetting, requireNetworks } from './setting.ts'
import { holed, type Restored, work } from './work.ts'

export const loaded: LoadedMethod = {
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveRestore(restoreFragment(fragment))
    requireNetworks(config, pack)
    return planOf(config, pack)
  },
  open: (fragment) => openJob(restoreFragment(fragment)),
  weightKeys: () => [],
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
    look: (photograph) => look(config, pack, photograph),
  }
}

function openJob(fragment: RestoreFragment): Job {
  const setting = openSetting(fragment)
  const { config, pack, threads } = setting
  let input: WholeInput | undefined
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
      input = await readWholeInput(record, path, config.output, (picture) => requirePhotograph(picture, path))
      const { shown } = input
      damage = await record.phase('scratches', () => findDamage(setting, shown))
      record.tell({ type: 'note', message: `damage: ${damage.words}` })
    },
    // The input is read again: its file has all bits, the run folder a picture to look at.
    prepared: async () => false,
    async work(record, signal) {
      done = await work(setting, record, input!.picture, damage!, signal)
      return { step: done ? 1 : 0, finished: done !== undefined }
    },
    async write(record) {
      const { folder } = record
      if (damage?.mask) {
        await writeRunPicture(folder, runName.picture('mask'), reduced(damage.mask))
        await writeRunPicture(folder, runName.picture('holed'), reduced(holed(input!.shown, damage.mask)))
      }
      if (!done) return
      const { restored, faces, result } = done
      await writeWholeResult(record, result, config.output, input!.opened)
      if (!damage?.mask) record.warn(`nothing was filled in: ${damage!.words}`)
      await writeRunPicture(folder, runName.picture('restored'), reduced(shownPicture(restored)))
      if (faces?.sheet) await writeRunPicture(folder, runName.picture('faces'), faces.sheet)
    },
    measure: (record) => measure(setting, record, { photograph: input!.shown, damage: damage!, done: done! }),
    close: () => pack.close(),
  }
}

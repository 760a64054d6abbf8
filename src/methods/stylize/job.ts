/** What a style transfer does: its plan, and its job from the pictures to the metrics. */

import type { JsonObject } from '../../config/merge.ts'
import { withMissing } from '../../config/merge.ts'
import type { LoadedPack } from '../../models/load.ts'
import { RunFolderError } from '../../run/errors.ts'
import { runName } from '../../run/folder.ts'
import { makeInside } from '../../run/inside.ts'
import { writeRunPicture } from '../../run/pictures.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { withContentColors } from './color.ts'
import { resolveStylize, rolesOf, stylizeFragment } from './config.ts'
import { stylizeCost } from './cost.ts'
import { type Descended, descend, scaleSteps } from './descend.ts'
import { measure } from './measure.ts'
import { type Prepared, prepare, prepared } from './prepare.ts'
import { type StylizeConfig, type StylizeFragment, stylizeDefaults } from './schema.ts'
import { featuresOf, openSetting } from './setting.ts'
import { scaledSide } from './sides.ts'

export const loaded: LoadedMethod = {
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveStylize(stylizeFragment(fragment), pack)
    for (const role of rolesOf(config)) pack.path(role)
    return planOf(config, pack)
  },
  open: (fragment) => openJob(stylizeFragment(fragment)),
  async measureAgain(fragment, record) {
    const setting = openSetting(stylizeFragment(fragment))
    try {
      const start = await prepared(setting, record.folder)
      if (!start) throw new RunFolderError(`${record.folder}: expected its content, found none; make the run again`)
      return await measure(setting, record, start)
    } finally {
      setting.pack.close()
    }
  },
  weightKeys(fragment) {
    const { content, style, variation, pixels } = withMissing(fragment, stylizeDefaults) as StylizeConfig
    const weights = { content, style, variation, pixels }
    return Object.entries(weights).flatMap(([term, { weight }]) => (weight > 0 ? [`${term}.weight`] : []))
  },
}

function planOf(config: StylizeConfig, pack: LoadedPack): Plan {
  return {
    config: config as unknown as JsonObject,
    document: config as unknown as JsonObject,
    roles: rolesOf(config),
    guessed: [],
    sources: config.styles.flatMap(({ picture, mask, region }) =>
      [picture, mask, region].filter((path) => path != null),
    ),
    stages: scaleSteps(config).map((steps) => ({ steps })),
    cost: (picture) => stylizeCost(config, featuresOf(config, pack), picture),
    resultSide: (picture) => scaledSide(picture, config.size.scales.at(-1)!),
  }
}

function openJob(fragment: StylizeFragment): Job {
  const setting = openSetting(fragment)
  const { pack, config, threads } = setting
  let start: Prepared | undefined
  let ended: Descended | undefined
  return {
    plan: planOf(config, pack),
    pack,
    threads,
    get device() {
      return setting.compute.device
    },
    async prepare(record, picture) {
      start = await prepare(setting, record, picture)
    },
    async prepared({ folder }) {
      start = await prepared(setting, folder)
      return start !== undefined
    },
    async work(record, signal) {
      ended = await descend(setting, record, start!, signal)
      return ended
    },
    async write({ folder, tell }, { step, finished }) {
      const { picture } = ended!
      const result = config.color === 'luminance' ? withContentColors(picture, start!.pictures.content) : picture
      await writeRunPicture(folder, runName.picture('result', !finished), result)
      if (!finished || config.output.frames === 0) return
      makeInside(folder, runName.frames)
      await writeRunPicture(folder, runName.frame(step), result)
      tell({ type: 'frame', step, bitmap: result })
    },
    measure: (record) => measure(setting, record, start!),
    close: () => pack.close(),
  }
}

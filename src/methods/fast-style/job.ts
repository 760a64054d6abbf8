/** What a fast style does: its plan, and its job from the pictures to the metrics. */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import type { JsonObject } from '../../config/merge.ts'
import { requireWholeMemory } from '../../forward/whole.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { openPicture } from '../../images/read.ts'
import { resize } from '../../images/resample.ts'
import type { LoadedPack } from '../../models/load.ts'
import { filesBeside } from '../../models/network-file.ts'
import { runName } from '../../run/folder.ts'
import { isInside } from '../../run/inside.ts'
import { readRunPicture, writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { fastStyleFragment, resolveFastStyle } from './config.ts'
import { fastStyleCost } from './cost.ts'
import { sheetOf, stripStrengths } from './figures.ts'
import { measure } from './measure.ts'
import { openNetworks, rolesOf } from './networks.ts'
import { openPasses } from './passes.ts'
import type { FastStyleConfig, FastStyleFragment } from './schema.ts'
import { openSetting, type Setting } from './setting.ts'
import { contentSide } from './sides.ts'
import { fitSteps, mixedVector, vectorsOf } from './vectors.ts'

/** Side of a picture on the strip and among the styles. */
const CELL = 256

export const loaded: LoadedMethod = {
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolveFastStyle(fastStyleFragment(fragment))
    openNetworks(config, pack).close()
    return planOf(config, pack)
  },
  open: (fragment) => openJob(fastStyleFragment(fragment)),
  weightKeys: () => [],
}

function planOf(config: FastStyleConfig, pack: LoadedPack): Plan {
  const { file, predictor } = config.network
  const beside = [file, predictor].flatMap((path) => (path === null ? [] : filesBeside(path)))
  return {
    config: config as unknown as JsonObject,
    document: config as unknown as JsonObject,
    roles: rolesOf(config, pack),
    guessed: [],
    sources: [...config.styles.map(({ picture }) => picture), ...beside].filter((path) => existsSync(path)),
    // One step: the pass.
    stages: [{ steps: 1 }],
    cost: (picture) => fastStyleCost(config, pack, picture),
  }
}

function openJob(fragment: FastStyleFragment): Job {
  const setting = openSetting(fragment)
  const { config, networks, pack, threads } = setting
  let content: Bitmap | undefined
  let styles: readonly Bitmap[] = []
  let result: Bitmap | undefined
  return {
    plan: planOf(config, pack),
    pack,
    threads,
    get device() {
      return setting.compute.device
    },
    async prepare(record, picture) {
      await record.phase('prepare', async () => {
        content = sized(picture, config)
        requireWholeMemory(networks.network, content)
        styles = await stylesOf(config, record.warn)
        if (styles.length > 0) await writeRunPicture(record.folder, runName.picture('style'), sheetOf([styles], CELL))
        await writeRunPicture(record.folder, runName.picture('content'), content)
      })
    },
    async prepared({ folder }) {
      if (!isInside(folder, runName.picture('content'))) return false
      content = toColor(await readRunPicture(folder, runName.picture('content')))
      styles = await stylesOf(config, () => {})
      return true
    },
    async work(record, signal) {
      record.tell({ type: 'note', message: `${networks.network.title}, from ${networks.source}` })
      for (const note of networks.notes) record.tell({ type: 'note', message: note })
      result = await painted(setting, record, content!, styles, signal)
      return { step: result ? 1 : 0, finished: result !== undefined }
    },
    async write({ folder }) {
      if (result) await writeRunPicture(folder, runName.picture('result'), result)
    },
    measure: (record) => measure(setting, record, { content: content!, styles, result: result! }),
    close: () => setting.close(),
  }
}

/** The styles of a config, as their files have them. */
export async function stylesOf({ styles }: FastStyleConfig, warn: (message: string) => void): Promise<Bitmap[]> {
  const pictures: Bitmap[] = []
  for (const { picture } of styles) {
    const { bitmap, remarks } = await openPicture(picture)
    for (const remark of remarks) warn(`${basename(picture)}: ${remark}`)
    pictures.push(toColor(bitmap))
  }
  return pictures
}

/** A content at the size of the result. */
export function sized(picture: Bitmap, config: FastStyleConfig): Bitmap {
  const { width, height } = contentSide(config, picture)
  const color = toColor(picture)
  return width === picture.width && height === picture.height ? color : resize(color, width, height, 'lanczos')
}

async function painted(
  setting: Setting,
  record: RunRecord,
  content: Bitmap,
  styles: readonly Bitmap[],
  signal: AbortSignal | undefined,
): Promise<Bitmap | undefined> {
  const { config, networks } = setting
  const total = fitSteps(setting) * styles.length
  let began = performance.now()
  if (total > 0) record.tell({ type: 'phase', name: 'fit' })
  const vectors = await vectorsOf(setting, content, styles, {
    signal,
    onStep: (style, step) => {
      const milliseconds = performance.now() - began
      began = performance.now()
      record.tell({ type: 'tile', done: (total / styles.length) * style + step, total, milliseconds })
    },
    onNote: (message) => record.tell({ type: 'note', message }),
  })
  if (signal?.aborted) return undefined
  const vector =
    networks.transformer &&
    mixedVector(
      vectors,
      config.styles.map(({ weight }) => weight ?? 1),
    )
  record.tell({ type: 'phase', name: 'compile' })
  const passes = await openPasses(setting, content)
  try {
    record.spent('compile', passes.milliseconds / 1000)
    record.tell({ type: 'phase', name: 'paint' })
    const begin = performance.now()
    const result = await passes.at(config.strength, vector)
    const seconds = (performance.now() - begin) / 1000
    record.spent('paint', seconds)
    record.tell({
      type: 'note',
      message: `painted in ${seconds.toFixed(2)} s, ${(passes.flops / 1e9).toFixed(1)} GFLOP`,
    })
    const strip: Bitmap[] = []
    for (const strength of stripStrengths(config.strip)) {
      if (signal?.aborted) return undefined
      strip.push(await passes.at(strength, vector))
    }
    if (strip.length > 0) await writeRunPicture(record.folder, runName.picture('strengths'), sheetOf([strip], CELL))
    return result
  } finally {
    await passes.dispose()
  }
}

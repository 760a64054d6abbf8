/** What painting does: its plan, and its job from the photograph to the metrics. */
import { cropInWords, cropMark } from '../../align/crop-mark.ts'
import type { JsonObject } from '../../config/merge.ts'
import { openWhole, requireWholeMemory } from '../../forward/whole.ts'
import { type Bitmap, fromPlanar, toPlanar } from '../../images/bitmap.ts'
import { toColor } from '../../images/gray.ts'
import { openPicture } from '../../images/read.ts'
import { writePicture } from '../../images/write.ts'
import type { LoadedPack } from '../../models/load.ts'
import { claim } from '../../output.ts'
import { squareMask } from '../../paste/mask.ts'
import { pasteInto } from '../../paste/paste.ts'
import { runName } from '../../run/folder.ts'
import { isInside } from '../../run/inside.ts'
import { readRunPicture, writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { writeMask, writeSurroundings } from '../whole.ts'
import { paintFragment, resolvePaint } from './config.ts'
import { paintCost } from './cost.ts'
import { measure } from './measure.ts'
import { portraitOf } from './portrait.ts'
import type { PaintConfig, PaintFragment } from './schema.ts'
import { openSetting, requirePainter, type Setting, sourcesOf } from './setting.ts'

export const loaded: LoadedMethod = {
  settle: async (fragment) => ({ fragment, notes: [] }),
  plan(fragment, pack) {
    const config = resolvePaint(paintFragment(fragment))
    if (config.network.file === null) requirePainter(pack)
    return planOf(config, pack)
  },
  open: (fragment) => openJob(paintFragment(fragment)),
  weightKeys: () => [],
}

function planOf(config: PaintConfig, pack: LoadedPack): Plan {
  return {
    config: config as unknown as JsonObject,
    document: config as unknown as JsonObject,
    roles: config.network.file === null ? ['painter'] : [],
    guessed: [],
    sources: sourcesOf(config),
    // One step: the pass.
    stages: [{ steps: 1 }],
    cost: (picture) => paintCost(config, pack, picture),
  }
}

function openJob(fragment: PaintFragment): Job {
  const setting = openSetting(fragment)
  const { config, painter, pack, threads } = setting
  let photo: Bitmap | undefined
  let painted: Bitmap | undefined
  return {
    plan: planOf(config, pack),
    pack,
    threads,
    get device() {
      return setting.compute.device
    },
    async prepare(record, picture) {
      if (config.output.file !== null) claim(config.output.file, [String(config.input)], config.output.replace)
      photo = await record.phase('align', () =>
        portraitOf(picture, config, painter.side, async (found) => {
          record.tell({ type: 'note', message: cropInWords(cropMark(found)) })
          await writeSurroundings(record, picture, found, config.paste.mode !== 'off')
        }),
      )
      requireWholeMemory(painter.network, photo)
      await writeRunPicture(record.folder, runName.picture('input'), photo)
    },
    async prepared({ folder }) {
      if (!isInside(folder, runName.picture('input'))) return false
      photo = toColor(await readRunPicture(folder, runName.picture('input')))
      return true
    },
    async work(record, signal) {
      record.tell({ type: 'note', message: `${painter.network.title}, from ${painter.source}` })
      for (const note of painter.notes) record.tell({ type: 'note', message: note })
      painted = await paintedBy(setting, record, photo!)
      return { step: signal?.aborted ? 0 : 1, finished: signal?.aborted !== true }
    },
    async write(record, { finished }) {
      if (!finished) return
      const { folder } = record
      const result = mixed(photo!, painted!, config.strength)
      if (config.strength < 1) await writeRunPicture(folder, runName.picture('painted'), painted!)
      await writeRunPicture(folder, runName.picture('result'), result)
      if (config.paste.mode !== 'off' && record.manifest.crop)
        await writeMask(record, 'plain', { mask: squareMask(result.width), result }, false)
      if (config.output.file !== null) await writeFile(config, record, photo!, result)
    },
    async measure(record) {
      return measure(record, photo!, await readRunPicture(record.folder, runName.picture('result')))
    },
    close: () => setting.close(),
  }
}

async function paintedBy({ painter, compute }: Setting, record: RunRecord, photo: Bitmap): Promise<Bitmap> {
  const { width, height } = photo
  record.tell({ type: 'phase', name: 'compile' })
  const pass = await openWhole(painter.network, { width, height }, compute.options)
  try {
    record.spent('compile', pass.milliseconds / 1000)
    record.tell({ type: 'phase', name: 'paint' })
    const begin = performance.now()
    const data = await pass.run(toPlanar(photo, '01'))
    const seconds = (performance.now() - begin) / 1000
    record.spent('paint', seconds)
    record.tell({ type: 'note', message: `painted in ${seconds.toFixed(2)} s, ${(pass.flops / 1e9).toFixed(1)} GFLOP` })
    return fromPlanar(data, { channels: 3, width, height }, '01', 'round')
  } finally {
    await pass.dispose()
  }
}

/** (1 − strength)·photo + strength·painting. */
function mixed(photo: Bitmap, painting: Bitmap, strength: number): Bitmap {
  if (strength === 1) return painting
  return {
    ...painting,
    data: painting.data.map((v, i) => Math.round(photo.data[i]! + strength * (v - photo.data[i]!))),
  }
}

/** The file that the config names: the square, without the resolution of a scan that it no longer has, or the photograph with it. */
async function writeFile(
  { input, output }: PaintConfig,
  record: RunRecord,
  photo: Bitmap,
  result: Bitmap,
): Promise<void> {
  const { bitmap, metadata } = await openPicture(String(input))
  const options = { exclusive: !output.replace }
  const { crop } = record.manifest
  if (output.what === 'whole' && crop) {
    const pasted = { quad: crop.quad, crop: photo, result, mask: squareMask(result.width) }
    await writePicture(output.file!, pasteInto(bitmap, [pasted], 'plain'), { ...options, metadata })
    return
  }
  const { density, ...others } = metadata
  const isSameSize = result.width === bitmap.width && result.height === bitmap.height && !crop
  const kept = isSameSize && density !== undefined ? { ...others, density } : others
  await writePicture(output.file!, result, { ...options, metadata: kept })
}

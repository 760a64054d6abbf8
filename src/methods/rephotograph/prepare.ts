/**
 * The first half of a run: align, encode, make as old where that is wished, draw the sibling, match. What it finds is written into the run folder in
 * such an order that initial.safetensors, the last file, says that all are there; an interrupted run then begins here.
 */
import { cropInWords, cropMark } from '../../align/crop-mark.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { runFile, runName } from '../../run/folder.ts'
import { isInside } from '../../run/inside.ts'
import { readRunPicture, writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { writeSurroundings } from '../whole.ts'
import { readLatent, readNoise, writeCodes } from './codes.ts'
import { damageInWords, foundDamage, looksForDamage } from './damage.ts'
import { keepAge } from './edit/keep-age.ts'
import { bitmapOf, siblingOf } from './generated.ts'
import { checkSize } from './least-size.ts'
import { matchedTarget } from './match.ts'
import { alignedPortrait, fittedPortrait } from './portrait.ts'
import type { Setting } from './setting.ts'
import { firstLatent, startNoise } from './start.ts'

/** What the optimization starts from. */
export interface Prepared {
  /** The old picture, tones matched: gray, or in colour where the config keeps it. */
  readonly target: Bitmap
  readonly latent: Float32Array
  readonly noise: readonly Float32Array[]
  /** White where the aligned portrait is scratched; undefined where nobody looked. */
  readonly damage: Bitmap | undefined
}

/** Carries out the first half of a run. */
export async function prepare(setting: Setting, record: RunRecord, picture: Bitmap): Promise<Prepared> {
  const { pack, config, shape, compute } = setting
  const { folder } = record

  const aligned = await record.phase('align', () =>
    alignedPortrait(picture, config, async (found) => {
      record.tell({ type: 'note', message: cropInWords(cropMark(found)) })
      await writeSurroundings(record, picture, found, config.paste.mode !== 'off')
    }),
  )
  await writeRunPicture(folder, runName.picture('aligned'), aligned)
  const damage = await foundDamage(setting, aligned)
  if (damage) {
    await writeRunPicture(folder, runName.picture('mask'), damage)
    record.tell({ type: 'note', message: damageInWords(damage) })
  }
  const fitted = fittedPortrait(aligned, shape.size)
  await checkSize(setting, fitted)
  const gray = toGray(fitted)
  const encoded = await record.phase('encode', () => firstLatent(pack, config, gray, shape, compute.options))
  const noise = startNoise(config, shape)
  const { latent, notes } = await keepAge(setting, record, 'start', { latent: encoded, noise }, aligned)
  const sibling = await record.phase('sibling', () => siblingOf(setting, latent, noise))
  await writeRunPicture(folder, runName.picture('sibling'), bitmapOf(sibling, shape.size, 'round'))
  const target = await record.phase('match', () => {
    const bytes = bitmapOf(sibling, shape.size, config.histogram.quantize)
    const portrait = config.target.color === 'keep' ? toColor(fitted) : gray
    return matchedTarget(pack, config, portrait, bytes, { compile: compute.options, warn: record.warn })
  })
  await writeRunPicture(folder, runName.picture('target'), target)
  writeCodes(runFile.initial(folder), { latent, noise, camera: {}, notes }, shape)
  return { target, latent, noise, damage }
}

/** What an earlier attempt at a run has prepared; undefined when it did not come that far. */
export async function prepared(setting: Setting, folder: string): Promise<Prepared | undefined> {
  const codes = runFile.initial(folder)
  if (!isInside(folder, runName.initial)) return undefined
  const written = await readRunPicture(folder, runName.picture('target'))
  const target = setting.config.target.color === 'keep' ? toColor(written) : toGray(written)
  const noise = readNoise(codes, setting.shape).filter((map) => map !== undefined)
  const damage = looksForDamage(setting.config)
    ? await foundDamage(setting, await readRunPicture(folder, runName.picture('aligned')))
    : undefined
  return { target, latent: readLatent(codes, setting.shape), noise, damage }
}

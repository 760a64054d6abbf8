/**
 * The end of a run: the pictures and codes of where it came to, then the manifest, then the report. Of a run that is
 * not complete the files carry -partial in their names.
 */
import { degradationStages, degrade } from '../../degrade/degrade.ts'
import { runOnce } from '../../engine/executable.ts'
import { Synthesizer } from '../../generator/synthesis.ts'
import { sizeOf } from '../../graph/shape.ts'
import { input } from '../../graph/tensor.ts'
import { type Bitmap, fromPlanar } from '../../images/bitmap.ts'
import { isGray, toGray } from '../../images/gray.ts'
import { weightsOf } from '../../models/weights.ts'
import { randomStream } from '../../numbers/random.ts'
import { runFile, runName } from '../../run/folder.ts'
import { makeInside } from '../../run/inside.ts'
import { readRunPicture, writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { writeMask } from '../whole.ts'
import { type PortraitCodes, writeCodes } from './codes.ts'
import { enlarged } from './enlarged.ts'
import { bitmapOf } from './generated.ts'
import { resultMask } from './head-mask.ts'
import type { Setting } from './setting.ts'
import { stageFiles } from './stage-files.ts'
import { freshNoise } from './start.ts'
import { withTuned } from './tune/generator.ts'

/** Where a run came to. */
export interface Outcome {
  readonly codes: PortraitCodes
  readonly step: number
  readonly finished: boolean
}

/** Writes the pictures and codes of an outcome. */
export async function writeOutcome(
  setting: Setting,
  record: RunRecord,
  { codes, step, finished }: Outcome,
  target: Pick<Bitmap, 'width' | 'height'>,
): Promise<void> {
  const { pack, config, shape, compute } = setting
  const { folder } = record
  const partial = !finished
  const synthesizer = await Synthesizer.compile(
    withTuned(weightsOf(pack, 'stylegan2'), codes.generator),
    compute.options,
  )
  try {
    const { image } = await synthesizer.run(codes.latent, codes.noise)
    const result = bitmapOf(image, shape.size, 'round')
    const fresh = await synthesizer.run(codes.latent, freshNoise(config, shape))
    await writeRunPicture(folder, runName.picture('degraded', partial), await degraded(setting, image, codes, target))
    await writeRunPicture(folder, runName.picture('result', partial), result)
    const large = config.finish.upscale ? await enlargedResult(setting, record, result, partial) : undefined
    const { mode } = config.paste
    if (mode !== 'off' && record.manifest.crop)
      await writeMask(
        record,
        mode,
        { mask: await resultMask(setting, result, await cropOf(folder), record.warn), result: large ?? result },
        partial,
      )
    await writeRunPicture(folder, runName.picture('result-fresh', partial), bitmapOf(fresh.image, shape.size, 'round'))
    writeCodes(runFile.final(folder, partial), codes, shape)
    if (finished && config.output.frames > 0) {
      makeInside(folder, runName.frames)
      await writeRunPicture(folder, runName.frame(step), result)
      record.tell({ type: 'frame', step, bitmap: result })
    }
  } finally {
    await synthesizer.dispose()
  }
}

async function enlargedResult(
  { pack, compute }: Setting,
  record: RunRecord,
  result: Bitmap,
  partial: boolean,
): Promise<Bitmap> {
  record.tell({ type: 'phase', name: 'enlarge' })
  const large = await enlarged(pack, result, compute.options)
  const name = runName.picture('result-large', partial)
  await writeRunPicture(record.folder, name, large)
  record.tell({ type: 'note', message: `${name}: ${large.width} px, enlarged by a network: detail in it is invented` })
  return large
}

function cropOf(folder: string): Promise<Bitmap> {
  return readRunPicture(folder, runName.picture('aligned'))
}

/** A result through the camera that was learned, at the target's size. */
async function degraded(
  { config, shape, compute }: Setting,
  image: Float32Array,
  codes: PortraitCodes,
  { width, height }: Pick<Bitmap, 'width' | 'height'>,
): Promise<Bitmap> {
  const stages = degradationStages(config.degradation, await stageFiles(config))
  const names = Object.keys(codes.camera)
  const parameters = Object.fromEntries(
    names.map((name) => [name, input(`camera/${name}`, [codes.camera[name]!.length])]),
  )
  const picture = input('image', [1, 3, shape.size, shape.size])
  // What is random in the camera is drawn once more; what it takes from the old picture (under a mask) it leaves out here.
  const drawn: Record<string, Float32Array> = {}
  const normal = (name: string, sides: readonly number[]) => {
    drawn[name] = randomStream(config.seed, `degraded/${name}`).normal(sizeOf(sides))
    return input(name, sides)
  }
  const out = degrade(stages, picture, parameters, { width, height }, { normal })
  const values = Object.fromEntries(names.map((name) => [`camera/${name}`, [...codes.camera[name]!]]))
  const { y } = await runOnce({ y: out }, { image, ...values, ...drawn }, compute.options)
  const bitmap = fromPlanar(y!, { channels: 3, width: out.shape[3]!, height: out.shape[2]! }, 'pm1', 'round')
  return isGray(bitmap) ? toGray(bitmap) : bitmap
}

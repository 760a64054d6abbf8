/** A finished run opened for edits: its codes, its generator, and what the pictures of other latents say. */

import { faceDescriptor } from '../../../features/face-api.ts'
import { type FaceScores, faceScores } from '../../../features/face-scores.ts'
import { Synthesizer } from '../../../generator/synthesis.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { toGray } from '../../../images/gray.ts'
import { cosineSimilarity } from '../../../metrics/cosine.ts'
import { mahalanobis } from '../../../metrics/mahalanobis.ts'
import { weightsOf } from '../../../models/weights.ts'
import type { Role } from '../../../networks/roles.ts'
import { checkWeightsBinding } from '../../../run/binding.ts'
import { readRunConfig } from '../../../run/config.ts'
import { RunFolderError } from '../../../run/errors.ts'
import { runFile, runName } from '../../../run/folder.ts'
import { sha256File } from '../../../run/hash.ts'
import { type Manifest, readManifest } from '../../../run/manifest.ts'
import { readRunPicture } from '../../../run/pictures.ts'
import { readLatent, readNoise, readTuned } from '../codes.ts'
import { portraitConfig } from '../config.ts'
import { bitmapOf } from '../generated.ts'
import { rephotograph } from '../method.ts'
import { latentPrior } from '../prior.ts'
import { openSetting, type Setting } from '../setting.ts'
import { startNoise } from '../start.ts'
import { withTuned } from '../tune/generator.ts'

/** What an edit costs and gives. Likeness and scores are taken in gray, as a run's metrics are. */
export interface Seen extends FaceScores {
  /** Descriptor cosine with the unedited result. */
  readonly identity: number
  /** Distance of the latents to the prior, as prior.latent of a run. */
  readonly prior: number
}

export interface EditableRun {
  readonly manifest: Manifest
  readonly setting: Setting
  readonly latent: Float32Array
  picture(latent: Float32Array): Promise<Bitmap>
  look(latent: Float32Array): Promise<Seen>
  /** Apparent age of the aligned input. */
  inputAge(): Promise<number>
  close(): Promise<void>
}

/** Opens a complete rephotograph. @throws RunFolderError for another folder */
export async function openForEdits(folder: string): Promise<EditableRun> {
  const manifest = readManifest(folder)
  const method = manifest.method ?? rephotograph.name
  if (method !== rephotograph.name || manifest.status !== 'complete')
    throw new RunFolderError(
      `${folder}: expected a complete run of ${rephotograph.name}, found ${manifest.status === 'complete' ? `one of ${method}` : 'an unfinished one; continue it with rephoto resume'}`,
    )
  const { document } = readRunConfig(folder, rephotograph, manifest.pack.size ?? 0)
  const setting = openSetting(portraitConfig(document))
  try {
    return await opened(folder, manifest, setting)
  } catch (error) {
    setting.pack.close()
    throw error
  }
}

/** What the codes of a run were found in: with others they are another face, or none. */
const BOUND: readonly Role[] = ['stylegan2', 'w_stats']

async function opened(folder: string, manifest: Manifest, setting: Setting): Promise<EditableRun> {
  const { pack, shape, compute, config } = setting
  const before = BOUND.filter((role) => manifest.pack.files.some(({ name }) => name === role))
  const now = before.filter(pack.has).map((role) => ({ name: role, sha256: sha256File(pack.path(role)) }))
  checkWeightsBinding(
    {
      pack: { ...manifest.pack, files: manifest.pack.files.filter(({ name }) => before.some((role) => role === name)) },
    },
    now,
  )
  const codes = runFile.final(folder)
  const latent = readLatent(codes, shape)
  const drawn = startNoise(config, shape)
  const noise = readNoise(codes, shape).map((map, i) => map ?? drawn[i]!)
  const generator = withTuned(weightsOf(pack, 'stylegan2'), readTuned(codes))
  const synthesizer = await Synthesizer.compile(generator, compute.options)
  const prior = await latentPrior(pack, compute.options)
  const picture = async (at: Float32Array): Promise<Bitmap> =>
    bitmapOf((await synthesizer.run(at, noise)).image, shape.size, 'round')
  let own: Promise<Float32Array> | undefined
  return {
    manifest,
    setting,
    latent,
    picture,
    async look(at) {
      const seen = toGray(await picture(at))
      own ??= picture(latent).then((result) => faceDescriptor(toGray(result)))
      return {
        ...(await faceScores(seen)),
        identity: cosineSimilarity(await faceDescriptor(seen), await own),
        prior: mahalanobis(at, prior),
      }
    },
    async inputAge() {
      return (await faceScores(toGray(await readRunPicture(folder, runName.picture('aligned'))))).age
    },
    async close() {
      await synthesizer.dispose()
      pack.close()
    },
  }
}

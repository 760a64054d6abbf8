/**
 * The metrics of a complete run (metrics.json), from the pictures and codes that it left: how like the sitter, how like
 * the target, how old, which skin, how plausible a code; and with a truth how near the result came to it, and how
 * near the sibling, the encoders' own answer, had been. Nothing here may fail a run: a metric that can't be had is null,
 * and a warning says why.
 *
 * Who is compared with an input is compared in gray, whatever the input's colours: most inputs are gray, descriptors and
 * predicted ages shift with colour, and so the numbers of film and painting are of one kind. Against the truth both are
 * in colour.
 */

import { arcfaceOf } from '../../features/arcface.ts'
import { ageGender, faceDescriptor } from '../../features/face-api.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { readPicture } from '../../images/read.ts'
import { resize } from '../../images/resample.ts'
import { cameraErrors } from '../../metrics/camera.ts'
import { cosineSimilarity } from '../../metrics/cosine.ts'
import { meanDeltaE } from '../../metrics/delta-e.ts'
import { MetricError } from '../../metrics/error.ts'
import { type FeatureDistance, featureDistance } from '../../metrics/feature-distance.ts'
import { isLpipsTrunk, lpipsMetric } from '../../metrics/lpips.ts'
import { mahalanobis } from '../../metrics/mahalanobis.ts'
import { psnr } from '../../metrics/psnr.ts'
import { ssim } from '../../metrics/ssim.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Role } from '../../networks/roles.ts'
import { skinMasks } from '../../parsing/parse-face.ts'
import { runName } from '../../run/folder.ts'
import type { Metrics } from '../../run/metrics.ts'
import { readRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { measuring } from '../measuring.ts'
import type { PortraitCodes } from './codes.ts'
import { meanFace, texture } from './likeness-floor.ts'
import { parserSize } from './networks.ts'
import type { Prepared } from './prepare.ts'
import { latentPrior } from './prior.ts'
import type { Setting } from './setting.ts'
import { drift } from './tune/drift.ts'
import { movedShare } from './tune/generator.ts'

/** Measures a run and writes its metrics.json. @param judges another pack, whose networks judge where the run's has none */
export async function measure(
  setting: Setting,
  record: Pick<RunRecord, 'folder' | 'warn'>,
  start: Pick<Prepared, 'latent'>,
  codes: PortraitCodes,
  judges?: LoadedPack,
): Promise<Metrics> {
  const { config, shape } = setting
  const { values, take, write } = measuring(record)
  const pictures = await picturesOf(record.folder)
  const { input, target, sibling, result, degraded } = pictures
  const tools = toolsOf(setting, judges)

  await take('identity.input', () => tools.likeness(toGray(input), toGray(result)))
  await take('sibling.identity.input', () => tools.likeness(toGray(input), toGray(sibling)))
  await take('arcface.input', () => tools.arcface?.(toGray(input), toGray(result)))
  await take('sibling.arcface.input', () => tools.arcface?.(toGray(input), toGray(sibling)))
  await take('perceptual.target', () => tools.perceptual(target, degraded))
  await take('ssim.target', () => ssim(toColor(target), toColor(degraded)))
  await take('age.input', () => tools.age(toGray(input)))
  await take('age.sibling', () => tools.age(toGray(sibling)))
  await take('age.result', () => tools.age(toGray(result)))
  await take('skin.sibling', () => tools.skin(sibling, result))
  remarkOnAge(setting, record, values)
  const prior = once(() => latentPrior(setting.pack, setting.compute.options))
  await take('identity.mean', async () => tools.likeness(toGray(input), toGray(await meanFace(setting, await prior()))))
  await take('identity.texture', () => tools.likeness(toGray(input), texture()))
  await take('prior.latent', async () => mahalanobis(codes.latent, await prior()))
  await take('sibling.prior.latent', async () => mahalanobis(start.latent, await prior()))

  const { generator } = codes
  if (generator) {
    await take('tune.moved', () => movedShare(weightsOf(setting.pack, 'stylegan2'), generator))
    await take('tune.drift', () => drift(setting, generator, tools.perceptual))
  }

  const { picture, degradation } = config.truth
  if (picture !== null) {
    const truth = once(() => truthPicture(picture, result))
    for (const [prefix, answer] of [
      ['', result],
      ['sibling.', sibling],
    ] as const) {
      await take(`${prefix}truth.perceptual`, async () => tools.perceptual(await truth(), answer))
      await take(`${prefix}truth.lpips`, async () => tools.lpips?.(await truth(), answer))
      await take(`${prefix}truth.psnr`, async () => psnr(await truth(), toColor(answer)))
      await take(`${prefix}truth.ssim`, async () => ssim(await truth(), toColor(answer)))
      await take(`${prefix}truth.identity`, async () => tools.likeness(await truth(), answer))
      await take(`${prefix}truth.arcface`, async () => tools.arcface?.(await truth(), answer))
      await take(`${prefix}truth.skin`, async () => tools.skin(await truth(), answer))
      await take(`${prefix}truth.age`, async () =>
        Math.abs((await tools.age(toGray(await truth()))) - (await tools.age(toGray(answer)))),
      )
    }
  }
  if (degradation !== null)
    Object.assign(values, cameraErrors(codes.camera, config.degradation, degradation, shape.size))
  await tools.dispose()
  return write()
}

/** A result that looks this much younger than the input, in years, is remarked on: three times the predictor's error. */
const MUCH_YOUNGER = 15

function remarkOnAge({ config }: Setting, record: Pick<RunRecord, 'warn'>, values: Metrics): void {
  const [input, result] = [values['age.input'], values['age.result']]
  if (typeof input !== 'number' || typeof result !== 'number' || input - result <= MUCH_YOUNGER) return
  const weight = config.losses.age?.weight ?? 0
  const weighed =
    weight > 0 ? `raise losses.age.weight (now ${weight})` : 'weigh the age (--set losses.age.weight=0.002)'
  const advice = config.age.keep === 'off' ? `keep the age (--keep-age) or ${weighed}` : weighed
  record.warn(
    `the result looks ${Math.round(input - result)} years younger than the input (predicted ages ${Math.round(input)} and ${Math.round(result)}); ${advice} (docs/tuning.md, docs/losses.md)`,
  )
}

async function picturesOf(folder: string) {
  const read = (name: Parameters<typeof runName.picture>[0]) => readRunPicture(folder, runName.picture(name))
  const [input, target, sibling, result, degraded] = await Promise.all(
    (['aligned', 'target', 'sibling', 'result', 'degraded'] as const).map(read),
  )
  return { input: input!, target: target!, sibling: sibling!, result: result!, degraded: degraded! }
}

/** The truth in colour at the result's size. */
async function truthPicture(path: string, { width, height }: Bitmap): Promise<Bitmap> {
  const truth = toColor(await readPicture(path))
  if (truth.width !== truth.height)
    throw new MetricError(`expected a square aligned truth, found ${truth.width}×${truth.height} in ${path}`)
  return truth.width === width ? truth : resize(truth, width, height, 'bicubic')
}

/** What the metrics of one run share: networks are compiled once, each picture is looked at once. */
function toolsOf({ pack, config, compute }: Setting, judges: LoadedPack | undefined) {
  const judge = (role: Role) => [pack, judges].find((from) => from?.has(role))
  const describe = perPicture((picture: Bitmap) => faceDescriptor(picture))
  const ages = perPicture(async (picture: Bitmap) => (await ageGender(picture)).age)
  const masks = perPicture(async (picture: Bitmap) => {
    const options = {
      inputSize: parserSize(pack),
      classes: config.histogram.skinClasses,
      compile: compute.options,
    }
    return (await skinMasks(weightsOf(pack, 'bisenet'), [picture], options))[0]!
  })
  const distances = new Map<string, Promise<FeatureDistance>>()
  /** Distances are compiled for pictures of one size. */
  const distance =
    (name: string, make: (size: Bitmap) => Promise<FeatureDistance>) =>
    async (a: Bitmap, b: Bitmap): Promise<number> => {
      const key = `${name} ${a.width}×${a.height}`
      const made = distances.get(key) ?? make(a)
      distances.set(key, made)
      return (await made)(a, b)
    }
  const lpips = judge('lpips')
  // LPIPS' weights go with the VGG16 beside them.
  const [trunk, lin, arcface] = (
    [
      [lpips, 'vgg16'],
      [lpips, 'lpips'],
      [judge('arcface'), 'arcface'],
    ] as const
  ).map(([from, role]) => (from?.has(role) ? weightsOf(from, role) : undefined))
  const whose = arcface && perPicture(arcfaceOf(arcface, compute.options))
  return {
    likeness: async (a: Bitmap, b: Bitmap) => cosineSimilarity(await describe(a), await describe(b)),
    /** Only where the pack has the network. */
    arcface: whose && (async (a: Bitmap, b: Bitmap) => cosineSimilarity(await whose(a), await whose(b))),
    age: ages,
    /** Mean CIEDE2000 over the pixels that are skin in both. */
    skin: async (a: Bitmap, b: Bitmap) => {
      const [one, other] = [await masks(a), await masks(b)]
      const both = one.map((value, i) => (value !== 0 && other[i] !== 0 ? 255 : 0))
      if (!both.some((value) => value !== 0)) throw new MetricError('the face parser saw no skin that both share')
      return meanDeltaE(toColor(a), toColor(b), both)
    },
    perceptual: distance('features', (size) => featureDistance(size, compute.options)),
    /** Only where the pack has LPIPS' weights and the network that they go with. */
    lpips:
      trunk && lin && isLpipsTrunk(trunk)
        ? distance('lpips', (size) => lpipsMetric(trunk, lin, size, compute.options))
        : undefined,
    dispose: async () => {
      for (const distance of distances.values()) await (await distance.catch(() => undefined))?.dispose()
    },
  }
}

/** Remembers the answer for pictures of the same pixels: gray copies are made anew for every question. */
function perPicture<T>(ask: (picture: Bitmap) => Promise<T>): (picture: Bitmap) => Promise<T> {
  const known: { picture: Bitmap; answer: Promise<T> }[] = []
  return (picture) => {
    const same = known.find(
      ({ picture: { width, channels, data } }) =>
        width === picture.width && channels === picture.channels && Buffer.compare(data, picture.data) === 0,
    )
    const answer = same?.answer ?? ask(picture)
    if (!same) known.push({ picture, answer })
    return answer
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

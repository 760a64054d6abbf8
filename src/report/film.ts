/** Moving pictures of a run: what was given becoming what came of it, or the optimization step by step. */
import { resolve } from 'node:path'
import { type AnimationFrame, encodeAnimation } from '../images/animate.ts'
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { reducedTo } from '../images/reduce.ts'
import { resize } from '../images/resample.ts'
import type { Methods } from '../methods/method.ts'
import { RunFolderError } from '../run/errors.ts'
import { checkRunFolder, frameSteps, runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { readManifest } from '../run/manifest.ts'
import { readRunPicture } from '../run/pictures.ts'
import type { ReportContent } from './collect.ts'

/** 'morph': the crop becomes the result. 'whole': so does the photograph. 'steps': the frames of the optimization. */
export type FilmKind = 'morph' | 'whole' | 'steps'

/** How a film is made. */
export interface FilmOptions {
  readonly kind: FilmKind
  /** Longer side of the film at most, in pixels. */
  readonly size: number
  /** Of one way from the first picture to the last. */
  readonly seconds: number
}

const FRAMES_A_SECOND = 20
/** Both ends stand for so long. */
const STANDING = 1000
/** Small pictures are enlarged to this side, so that they can be looked at anywhere. */
const LEAST_SIDE = 256

/** The frames of a run's film. @throws RunFolderError where the run has not what it would show */
export async function filmOf(folder: string, methods: Methods, options: FilmOptions): Promise<AnimationFrame[]> {
  const place = resolve(folder)
  checkRunFolder(place)
  const manifest = readManifest(place)
  const { before, after } = methods.ofRun(manifest, place)
  const isPartial = manifest.status !== 'complete'
  const read = async (name: string, what: string, partial = false) => {
    const file = runName.picture(name, partial)
    if (isInside(place, file)) return readRunPicture(place, file)
    throw new RunFolderError(`${folder}: expected ${what} (${file}), found none; ${TODO[options.kind]}`)
  }
  if (options.kind === 'steps') return steps(place, folder, options)
  const [from, to] =
    options.kind === 'whole'
      ? [await read('photo', 'the photograph'), await read('whole', 'the photograph with the result in it', isPartial)]
      : [await read(before, 'the picture that it began with'), await read(after, 'a result', isPartial)]
  return morph(from, to, options)
}

const TODO: Readonly<Record<FilmKind, string>> = {
  morph: 'continue the run first',
  whole: 'runs write it where they cut out a face and paste.mode is not "off"; take --what morph',
  steps: 'take --what morph',
}

/** Side and seconds of the film in a report: a few hundred kilobytes. */
const IN_REPORT = { size: 320, seconds: 1 } as const

/** The morph of a run as a data URI, of the photograph where there is one; undefined where there is no result yet. */
export async function reportFilm(
  folder: string,
  methods: Methods,
  { surroundings, pictures, method }: Pick<ReportContent, 'surroundings' | 'pictures' | 'method'>,
): Promise<string | undefined> {
  if (!pictures[method.before] || !pictures[method.after]) return undefined
  const kind = surroundings.photo && surroundings.whole ? 'whole' : 'morph'
  const film = await encodeAnimation(await filmOf(folder, methods, { kind, ...IN_REPORT }), 'webp')
  return `data:image/webp;base64,${film.toString('base64')}`
}

/** From one picture to another and back, slowly at both ends. */
export async function morph(
  from: Bitmap,
  to: Bitmap,
  { size, seconds }: Pick<FilmOptions, 'size' | 'seconds'>,
): Promise<AnimationFrame[]> {
  const end = await shown(to, size)
  const start = fitted(await reducedTo(from, Math.max(end.width, end.height)), end)
  const count = Math.max(2, Math.round(seconds * FRAMES_A_SECOND))
  const way = Array.from({ length: count - 1 }, (_, i) => {
    const t = (i + 1) / count
    return blend(start, end, t * t * (3 - 2 * t))
  })
  const milliseconds = 1000 / FRAMES_A_SECOND
  const moving = way.map((bitmap): AnimationFrame => ({ bitmap, milliseconds }))
  return [
    { bitmap: start, milliseconds: STANDING },
    ...moving,
    { bitmap: end, milliseconds: STANDING },
    ...moving.toReversed(),
  ]
}

async function steps(place: string, folder: string, { size, seconds }: FilmOptions): Promise<AnimationFrame[]> {
  const all = frameSteps(place)
  if (all.length < 2)
    throw new RunFolderError(
      `${folder}: expected frames of the optimization, found ${all.length}; output.frames says how many a run keeps`,
    )
  const count = Math.max(2, Math.min(all.length, Math.round(seconds * FRAMES_A_SECOND)))
  const chosen = Array.from({ length: count }, (_, i) => all[Math.round((i * (all.length - 1)) / (count - 1))]!)
  const milliseconds = (1000 * seconds) / count
  const frames: AnimationFrame[] = []
  for (const [i, step] of chosen.entries()) {
    const bitmap = await shown(await readRunPicture(place, runName.frame(step)), size)
    const first = frames[0]?.bitmap ?? bitmap
    frames.push({ bitmap: fitted(bitmap, first), milliseconds: i === chosen.length - 1 ? 2 * STANDING : milliseconds })
  }
  return frames
}

/** At most `size`; small ones larger by a whole factor. */
async function shown(bitmap: Bitmap, size: number): Promise<Bitmap> {
  const color = toColor(bitmap)
  const side = Math.max(color.width, color.height)
  const factor = Math.floor(Math.min(size, LEAST_SIDE) / side)
  if (factor > 1) return resize(color, color.width * factor, color.height * factor, 'bicubic')
  return reducedTo(color, size)
}

function fitted(bitmap: Bitmap, { width, height }: Bitmap): Bitmap {
  return resize(toColor(bitmap), width, height, 'bicubic')
}

function blend(a: Bitmap, b: Bitmap, share: number): Bitmap {
  return createBitmap(
    a.width,
    a.height,
    3,
    a.data.map((value, i) => Math.round(value + share * (b.data[i]! - value))),
  )
}

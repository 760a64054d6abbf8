/**
 * The truths of a set: faces drawn by a pack's generator, or photographs.
 *
 * Drawn faces have seeds of their own, from 2³¹ on: 2³¹ + 4096 · (seed of the set) + (number of the picture). The trainings
 * (training/) draw from PyTorch's generator with seeds below a few millions, examples and measurements from streams of
 * other names; so no network has seen a face of a set, even if one day the same kind of generator trains it.
 */
import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { alignPortrait } from '../align/align.ts'
import { AlignError } from '../align/error.ts'
import { ConfigError } from '../config/errors.ts'
import { Executable } from '../engine/executable.ts'
import { generatorShape, mapping, synthesize } from '../generator/stylegan2.ts'
import { add, mul, sub } from '../graph/elementwise.ts'
import { expand, reshape } from '../graph/layout.ts'
import { input } from '../graph/tensor.ts'
import { type Bitmap, fromPlanar } from '../images/bitmap.ts'
import { PictureError } from '../images/error.ts'
import { isGray, toColor } from '../images/gray.ts'
import { openPicture } from '../images/read.ts'
import { resize } from '../images/resample.ts'
import type { LoadedPack } from '../models/load.ts'
import { weightsOf } from '../models/weights.ts'
import { randomStream } from '../numbers/random.ts'
import { MOST_PICTURES } from './recipe.ts'

/** Seed of a drawn face. @param seed of the set, below 2¹⁹; @param index of the picture, below 4096 */
export function faceSeed(seed: number, index: number): number {
  return 2 ** 31 + MOST_PICTURES * seed + index
}

/** Draws faces, one after the other. */
export interface FaceDrawer {
  /** @param truncation 1: as the mapping network has it; towards 0: the mean face */
  draw(seed: number, truncation: number): Promise<Bitmap>
  dispose(): Promise<void>
}

/** Compiles a pack's generator. One thread: the same bytes on every machine. */
export async function faceDrawer(pack: LoadedPack): Promise<FaceDrawer> {
  const generator = weightsOf(pack, 'stylegan2')
  const { size, latents, styleDim, noiseSides } = generatorShape(generator)
  const z = input('z', [1, styleDim])
  const truncation = input('truncation', [1])
  const free = mapping(generator, z)
  const average = pack.has('w_stats') ? weightsOf(pack, 'w_stats').get('mean') : undefined
  if (average === undefined) {
    throw new ConfigError('expected a pack with statistics of w, to truncate by, found none', {
      source: pack.pack.name,
    })
  }
  const w = add(mul(sub(free, average), truncation), average)
  const noise = noiseSides.map((r, i) => input(`noise/${i}`, [1, 1, r, r]))
  const { image } = synthesize(generator, expand(reshape(w, [1, 1, styleDim]), [1, latents, styleDim]), noise)
  const executable = await Executable.compile({ outputs: { image }, name: 'faces' }, { threads: 1 })
  return {
    async draw(seed, psi) {
      const random = randomStream(seed, 'synth/face')
      const out = await executable.run({
        z: random.normal(styleDim),
        truncation: [psi],
        ...Object.fromEntries(noiseSides.map((r, i) => [`noise/${i}`, random.normal(r * r)])),
      })
      return fromPlanar(out.image!, { channels: 3, height: size, width: size }, 'pm1', 'round')
    },
    dispose: () => executable.dispose(),
  }
}

const PICTURES = new Set(['.png', '.jpg', '.jpeg', '.webp', '.tif', '.tiff', '.jp2', '.jxl', '.heic', '.avif'])

/** Files of photographs: those named, and those in the named folders, by name. @throws ConfigError when there are none */
export function photographs(places: readonly string[]): string[] {
  const files = places.flatMap((place) => {
    const entry = statSync(place, { throwIfNoEntry: false })
    if (entry === undefined)
      throw new ConfigError('expected a photograph or a folder, found nothing', { source: place })
    if (!entry.isDirectory()) return [place]
    const names = readdirSync(place).filter((name) => PICTURES.has(extname(name).toLowerCase()))
    return names.sort().map((name) => join(place, name))
  })
  if (files.length > 0) return files
  throw new ConfigError('expected photographs, found none', { source: places.join(', ') })
}

/** A photograph that serves as a truth. */
export interface PhotographedTruth {
  readonly bitmap: Bitmap
  /** Of the file that was read. */
  readonly sha256: string
  readonly remarks: readonly string[]
}

/**
 * A photograph as a truth: its face, aligned, in colour; or the whole of it.
 * @param size side of the crop, longest side of the whole
 * @returns why not, when the picture can't serve: no face, several, no colours
 */
export async function photographedTruth(
  path: string,
  size: number,
  align: 'auto' | 'none' | 'whole',
): Promise<PhotographedTruth | { refused: string }> {
  try {
    const { bitmap: picture, sha256, remarks } = await openPicture(path)
    if (align === 'whole') return { bitmap: wholeTruth(picture, size), sha256, remarks }
    if (isGray(picture)) return { refused: `${path}: expected a photograph in colour, found a gray one` }
    if (align === 'none') {
      if (picture.width !== picture.height) {
        return { refused: `${path}: expected an aligned square, found ${picture.width}×${picture.height}` }
      }
      return { bitmap: resize(picture, size, size, 'lanczos'), sha256, remarks }
    }
    const aligned = await alignPortrait(picture, { outputSize: size })
    return { bitmap: toColor(aligned.bitmap), sha256, remarks }
  } catch (error) {
    if (error instanceof PictureError || error instanceof AlignError) return { refused: error.message }
    throw error
  }
}

/** The whole of a photograph, reduced where it is larger. */
function wholeTruth(picture: Bitmap, side: number): Bitmap {
  const factor = Math.min(1, side / Math.max(picture.width, picture.height))
  const sided = (length: number) => Math.max(1, Math.round(length * factor))
  return toColor(factor === 1 ? picture : resize(picture, sided(picture.width), sided(picture.height), 'lanczos'))
}

// From a picture file to the file of its aligned crop: `rephoto align`, and a function of the package.
import { basename, extname, resolve } from 'node:path'
import { readPicture } from '../images/read.ts'
import type { Turn } from '../images/turn.ts'
import { writePicture } from '../images/write.ts'
import { type AlignedPortrait, alignPortrait } from './align.ts'
import { readLandmarks } from './landmarks.ts'

export interface AlignFileOptions {
  /** Side of the crop in pixels. */
  readonly size: number
  /** Which of several faces, from the left, from 1. */
  readonly face?: number
  /** File with 68 points. */
  readonly landmarks?: string
  /** Degrees clockwise that make the picture upright; default 'auto'. */
  readonly turn?: Turn | 'auto'
  /** What becomes of a face that something speaks against; default 'refuse'. */
  readonly doubt?: 'refuse' | 'accept'
  /** PNG to write; default: <name>-aligned.png in the current folder. */
  readonly out?: string
}

/** Aligns a picture file. @throws PictureError or AlignError, one line each. */
export async function alignFile(path: string, options: AlignFileOptions): Promise<AlignedPortrait & { path: string }> {
  const { size, face, landmarks, turn, doubt } = options
  const bitmap = await readPicture(path)
  const aligned = await alignPortrait(bitmap, {
    outputSize: size,
    ...(face === undefined ? {} : { face }),
    ...(turn === undefined ? {} : { turn }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(landmarks === undefined
      ? {}
      : { landmarks: await readLandmarks(landmarks, { picture: bitmap, ...(face === undefined ? {} : { face }) }) }),
  })
  const target = resolve(options.out ?? `${basename(path, extname(path))}-aligned.png`)
  await writePicture(target, aligned.bitmap)
  return { ...aligned, path: target }
}

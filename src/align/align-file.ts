// From a picture file to the file of its aligned crop: `rephoto align`, and a function of the package.
import { basename, extname } from 'node:path'
import { STANDARD_INPUT } from '../images/file.ts'
import { openPicture } from '../images/read.ts'
import type { Turn } from '../images/turn.ts'
import { PICTURE_SUFFIXES, writePicture } from '../images/write.ts'
import { outputPath } from '../output.ts'
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
  /** Picture to write, or a folder for it; default: <name>-aligned.png in the current folder. */
  readonly out?: string
  /** Whether a file that is there already may be replaced; the input never is. */
  readonly force?: boolean
  /** Hears what there is to say of the input. */
  readonly onRemark?: (remark: string) => void
}

/** Aligns a picture file. @throws PictureError or AlignError, one line each. */
export async function alignFile(path: string, options: AlignFileOptions): Promise<AlignedPortrait & { path: string }> {
  const { size, face, landmarks, turn, doubt, out, force = false, onRemark } = options
  const stem = path === STANDARD_INPUT ? 'stdin' : basename(path, extname(path))
  const inputs = [path, ...(landmarks === undefined ? [] : [landmarks])]
  const target = outputPath({ out, name: `${stem}-aligned.png`, suffixes: PICTURE_SUFFIXES, inputs, force })
  const { bitmap, metadata, remarks } = await openPicture(path)
  for (const remark of remarks) onRemark?.(remark)
  const aligned = await alignPortrait(bitmap, {
    outputSize: size,
    ...(face === undefined ? {} : { face }),
    ...(turn === undefined ? {} : { turn }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(landmarks === undefined
      ? {}
      : { landmarks: await readLandmarks(landmarks, { picture: bitmap, ...(face === undefined ? {} : { face }) }) }),
  })
  // The crop's pixels are not the scan's, so its resolution isn't kept; who made it and when is.
  const kept = metadata.exif === undefined ? {} : { exif: metadata.exif }
  await writePicture(target, aligned.bitmap, { metadata: kept, exclusive: !force })
  return { ...aligned, path: target }
}

// The faces of a picture file, numbered as `--face n` counts them, and a picture that shows it: `rephoto faces`.
import { basename, extname } from 'node:path'
import { STANDARD_INPUT } from '../images/file.ts'
import { openPicture } from '../images/read.ts'
import type { Turn } from '../images/turn.ts'
import { PICTURE_SUFFIXES, writePicture } from '../images/write.ts'
import { outputPath } from '../output.ts'
import { allFaces, type DetectedFace } from './face.ts'
import { findFaces } from './face-turn.ts'
import { numberedFaces } from './numbered.ts'

export interface FacesFileOptions {
  /** Degrees clockwise that make the picture upright; default 'auto'. */
  readonly turn?: Turn | 'auto'
  /** Whether doubtful faces count; default 'refuse'. */
  readonly doubt?: 'refuse' | 'accept'
  /** Picture to write, or a folder for it; default: <name>-faces.png in the current folder. */
  readonly out?: string
  /** Whether a file that is there already may be replaced; the input never is. */
  readonly force?: boolean
  /** Longer side of the picture at most, in pixels; default 1600. */
  readonly size?: number
  /** Hears what there is to say of the input. */
  readonly onRemark?: (remark: string) => void
}

/** Faces of a file and the picture that shows them. */
export interface FacesFile {
  readonly path: string
  /** From left to right, in pixels of the turned picture: `--face 1` is the first. */
  readonly faces: readonly DetectedFace[]
  /** Degrees clockwise by which the picture was turned. */
  readonly turn: Turn
  /** Faces that something speaks against and that do not count. */
  readonly doubtful: number
}

/** Numbers the faces of a picture file. @throws PictureError, OutputError, or AlignError where there is none */
export async function facesFile(path: string, options: FacesFileOptions = {}): Promise<FacesFile> {
  const { turn: wanted = 'auto', doubt = 'refuse', out, force = false, size = 1600, onRemark } = options
  const stem = path === STANDARD_INPUT ? 'stdin' : basename(path, extname(path))
  const target = outputPath({ out, name: `${stem}-faces.png`, suffixes: PICTURE_SUFFIXES, inputs: [path], force })
  const { bitmap, metadata, remarks } = await openPicture(path)
  for (const remark of remarks) onRemark?.(remark)
  const { turn, faces: all } = await findFaces(bitmap, wanted)
  const faces = allFaces(all, { doubt })
  // Reduced, so that its resolution is not the scan's.
  const kept = metadata.exif === undefined ? {} : { exif: metadata.exif }
  await writePicture(target, await numberedFaces(bitmap, { turn, faces }, size), { metadata: kept, exclusive: !force })
  return { path: target, faces, turn, doubtful: all.filter((face) => face.doubt !== undefined).length }
}

/** Pictures of a run folder: written whole or not at all, and read only where they are files of their own (inside.ts). */
import type { Bitmap } from '../images/bitmap.ts'
import { readPicture } from '../images/read.ts'
import { encodePng } from '../images/write.ts'
import { inside, writeInside } from './inside.ts'

/** Writes a PNG. @param name in the folder, as runName gives it */
export async function writeRunPicture(folder: string, name: string, bitmap: Bitmap): Promise<void> {
  writeInside(folder, name, await encodePng(bitmap))
}

/** Reads a picture of a run. @throws PictureError, RunFolderError */
export function readRunPicture(folder: string, name: string): Promise<Bitmap> {
  return readPicture(inside(folder, name))
}

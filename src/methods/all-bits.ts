// What methods have in common that work on all bits of a picture and write a file beside their run.

import type { Bitmap } from '../images/bitmap.ts'
import { type OpenedPicture, openPicture } from '../images/read.ts'
import type { Samples } from '../images/samples.ts'
import { writePicture } from '../images/write.ts'
import { claim } from '../output.ts'
import { runName } from '../run/folder.ts'
import { writeRunPicture } from '../run/pictures.ts'
import type { RunRecord } from '../run/record.ts'
import type { ResultFile } from './common-schema.ts'
import { isWhollyShown, reduced, shownPicture } from './shown.ts'

/** The picture of a run. */
export interface WholeInput {
  readonly opened: OpenedPicture
  readonly picture: Samples
  /** 8 bits, on white. */
  readonly shown: Bitmap
}

/**
 * Opens the picture of a run and leaves input.png, having seen that the file of the result can be written.
 * @param check throws for a picture that can't be worked on, before anything is left
 */
export async function readWholeInput(
  record: RunRecord,
  path: string,
  output: ResultFile,
  check: (picture: Samples) => unknown,
): Promise<WholeInput> {
  if (output.file !== null) claim(output.file, [path], output.replace)
  return record.phase('prepare', async () => {
    const opened = await openPicture(path)
    const picture = await opened.samples()
    check(picture)
    const shown = shownPicture(picture)
    await writeRunPicture(record.folder, runName.picture('input'), reduced(shown))
    return { opened, picture, shown }
  })
}

/** Writes the file of a result and result.png. @returns the latter */
export async function writeWholeResult(
  record: RunRecord,
  result: Samples,
  { file, replace }: ResultFile,
  { metadata }: OpenedPicture,
): Promise<Bitmap> {
  if (file !== null) await writePicture(file, result, { metadata, exclusive: !replace })
  else if (!isWhollyShown(result))
    record.warn('result.png has 8 bits and at most 48 megapixels; name a file (output.file) for the whole result')
  const small = reduced(shownPicture(result))
  await writeRunPicture(record.folder, runName.picture('result'), small)
  return small
}

/**
 * What a run leaves of the photograph around its crop: a copy to look at, its faces numbered, and the whole of it with the result in it.
 * Any method that cuts a square out of its input can have it: it writes the mask of its result and names the mode in the manifest.
 */
import type { AlignedPortrait } from '../align/align.ts'
import { cropMark } from '../align/crop-mark.ts'
import type { Quad } from '../align/geometry.ts'
import { numberedFaces } from '../align/numbered.ts'
import { transformQuad } from '../align/transform.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { type OpenedPicture, openPicture } from '../images/read.ts'
import { reducedTo } from '../images/reduce.ts'
import { type Pasted, type PasteMode, pasteInto } from '../paste/paste.ts'
import { RunFolderError } from '../run/errors.ts'
import { runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import { type Manifest, readManifest } from '../run/manifest.ts'
import { keepMetadata, readRunPicture, writeRunPicture } from '../run/pictures.ts'
import type { RunRecord } from '../run/record.ts'
import { reasonOf } from '../text/visible.ts'
import type { Method } from './method.ts'

/** Longest side of the copies that are looked at. */
const SHOWN_SIDE = 1600

/** Writes down where the crop lies, and pictures of the photograph around it. @param paste whether a whole picture will be made */
export async function writeSurroundings(
  record: RunRecord,
  picture: Bitmap,
  found: AlignedPortrait,
  paste: boolean,
): Promise<void> {
  record.manifest.crop = cropMark(found)
  for (const remark of found.remarks) record.warn(remark)
  if (paste) await writeRunPicture(record.folder, runName.picture('photo'), await reducedTo(picture, SHOWN_SIDE))
  if (found.faces.length > 1) {
    const numbered = await numberedFaces(picture, found, SHOWN_SIDE, found.number)
    await writeRunPicture(record.folder, runName.picture('numbered'), numbered)
  }
}

/**
 * Names the mode and writes the mask of a result, for `finishPictures`.
 *
 * @param mode 'auto': the old face in new colours where a new one would be much softer than the photograph around it
 * @param result whose pixels say how soft it would be
 */
export async function writeMask(
  record: RunRecord,
  mode: PasteMode | 'auto',
  { mask, result }: { readonly mask: Bitmap; readonly result: Bitmap },
  partial: boolean,
): Promise<void> {
  const { folder, manifest } = record
  await writeRunPicture(folder, runName.picture('outline', partial), mask)
  manifest.paste = { mode: mode === 'auto' ? modeFor(manifest, result) : mode }
}

/** A result that is enlarged by more than this looks soft in its photograph. */
const MOST_ENLARGED = 1.5

function modeFor({ crop }: Manifest, { width }: Bitmap): PasteMode {
  if (!crop) return 'face'
  const [[left, top], , , [right, end]] = crop.quad
  return Math.hypot(right - left, end - top) > MOST_ENLARGED * width ? 'color' : 'face'
}

/**
 * Finishes the pictures that people take away: the result gets what its photograph's file says beside the pixels, and the whole
 * photograph is written with the result in it. Nothing of it may fail a run: a warning says what is missing and why.
 */
export async function finishPictures(
  record: RunRecord,
  method: Method,
  input: string,
  partial: boolean,
): Promise<void> {
  const { folder, manifest } = record
  try {
    const opened = await openPicture(input)
    if (opened.sha256 !== manifest.input.sha256) throw new RunFolderError(`${input}: the picture is another now`)
    const { metadata, bitmap } = opened
    for (const name of takenAway(folder, method, partial)) await keepMetadata(folder, name, metadata, bitmap)
    if (!manifest.crop || !manifest.paste) return
    const one = await pastedOf(folder, manifest, method, partial, bitmap)
    const whole = pasteInto(bitmap, [one], manifest.paste.mode)
    await writeRunPicture(folder, runName.picture('whole', partial), whole, metadata)
  } catch (error) {
    record.warn(`the photograph was not finished: ${reasonOf(error)}`)
  }
}

/** The photograph with the results of several runs in it, in their order. @throws for a run that has nothing to paste */
export async function pasteRuns(
  { bitmap }: Pick<OpenedPicture, 'bitmap'>,
  folders: readonly string[],
  methodOf: (manifest: Manifest, folder: string) => Method,
): Promise<Bitmap> {
  const pasted: Pasted[] = []
  let mode: PasteMode | undefined
  for (const folder of folders) {
    const manifest = readManifest(folder)
    mode ??= manifest.paste?.mode
    pasted.push(await pastedOf(folder, manifest, methodOf(manifest, folder), false, bitmap))
  }
  return pasteInto(bitmap, pasted, mode ?? 'face')
}

/** File names of the result, and of the enlarged one where there is one. */
function takenAway(folder: string, { after, enlarged }: Method, partial: boolean): string[] {
  const name = enlarged === undefined ? undefined : runName.picture(enlarged, partial)
  return [runName.picture(after, partial), ...(name !== undefined && isInside(folder, name) ? [name] : [])]
}

async function pastedOf(
  folder: string,
  { crop }: Manifest,
  method: Method,
  partial: boolean,
  photo: Bitmap,
): Promise<Pasted> {
  if (!crop || !isInside(folder, runName.picture('outline', partial)))
    throw new RunFolderError(
      `${folder}: expected a run with a crop and a mask, found none; its paste.mode may be "off"`,
    )
  const read = (name: string, isPartial = false) => readRunPicture(folder, runName.picture(name, isPartial))
  const [plain, large] = takenAway(folder, method, partial)
  const result = await readRunPicture(folder, large ?? plain!)
  return {
    quad: crop.quad,
    // Of the crop that the run saw an enlarged result would differ by all that was enlarged.
    crop: large === undefined ? await read(method.before) : cutAnew(photo, crop.quad, result.width),
    result,
    mask: await read('outline', partial),
  }
}

/** A square of the photograph, of at least so many pixels and no fewer than it has there. */
function cutAnew(photo: Bitmap, quad: Quad, least: number): Bitmap {
  const [[left, top], , , [right, end]] = quad
  const side = Math.max(least, Math.ceil(Math.hypot(right - left, end - top)))
  return transformQuad(photo, quad, side, side)
}

/**
 * The pictures of a run: the content at the size that it is finished in, left in the run folder with what was found of faces, and
 * the styles in the colours in which they are looked at.
 */
import { basename } from 'node:path'
import type { Bitmap, Side } from '../../images/bitmap.ts'
import { PictureError } from '../../images/error.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { openPicture } from '../../images/read.ts'
import { resize } from '../../images/resample.ts'
import { runName } from '../../run/folder.ts'
import { isInside } from '../../run/inside.ts'
import { readRunPicture, writeRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { coloredStyle } from './color.ts'
import { looksForFaces } from './config.ts'
import { requireScaleMemory } from './cost.ts'
import type { StylizePictures } from './course.ts'
import { faceMask } from './faces.ts'
import type { StylizeConfig } from './schema.ts'
import type { Setting } from './setting.ts'
import { styleSheet } from './sheet.ts'
import { scaledSide } from './sides.ts'

/** Everything that a run looks at. */
export interface Prepared {
  readonly pictures: StylizePictures
  /** What the config names to start from. */
  readonly given: Bitmap | undefined
}

/** Sides beyond this ratio leave a picture of no height at the coarse scales. */
const MOST_ASPECT = 32

/** Reads what the config names, and leaves content and faces in the run folder. */
export async function prepare(setting: Setting, record: RunRecord, input: Bitmap): Promise<Prepared> {
  const { config } = setting
  const { folder } = record
  checkAspect(input, String(config.input))
  requireScaleMemory(config, setting.features, input)
  const side = scaledSide(input, config.size.scales.at(-1)!)
  const color = toColor(input)
  const content =
    color.width === side.width && color.height === side.height
      ? color
      : resize(color, side.width, side.height, 'lanczos')
  const prepared = await record.phase('prepare', async () => {
    const faces = looksForFaces(config) ? await faceMask(setting, content, record.warn) : undefined
    await writeRunPicture(folder, runName.picture('content'), content)
    if (faces) await writeRunPicture(folder, runName.picture('faces'), faces)
    return { given: await startPicture(config), pictures: await picturesOf(config, content, faces, record.warn) }
  })
  const { styles } = prepared.pictures
  if (styles.length > 0) await writeRunPicture(folder, runName.picture('style'), styleSheet(styles))
  return prepared
}

/** What an earlier attempt at a run has prepared; undefined where it did not come that far. */
export async function prepared({ config }: Setting, folder: string): Promise<Prepared | undefined> {
  const last = config.styles.length > 0 ? 'style' : 'content'
  if (!isInside(folder, runName.picture(last))) return undefined
  const content = toColor(await readRunPicture(folder, runName.picture('content')))
  const faces = isInside(folder, runName.picture('faces'))
    ? toGray(await readRunPicture(folder, runName.picture('faces')))
    : undefined
  return { given: await startPicture(config), pictures: await picturesOf(config, content, faces, () => {}) }
}

async function startPicture({ start }: StylizeConfig): Promise<Bitmap | undefined> {
  return start.from === 'picture' ? (await openPicture(start.picture!)).bitmap : undefined
}

async function picturesOf(
  config: StylizeConfig,
  content: Bitmap,
  faces: Bitmap | undefined,
  warn: (message: string) => void,
): Promise<StylizePictures> {
  const styles: Bitmap[] = []
  const styleMasks: (Bitmap | undefined)[] = []
  const regionMasks: (Bitmap | undefined)[] = []
  for (const { picture, mask, region } of config.styles) {
    const { bitmap, remarks } = await openPicture(picture)
    for (const remark of remarks) warn(`${basename(picture)}: ${remark}`)
    checkAspect(bitmap, picture)
    styles.push(coloredStyle(bitmap, content, config.color))
    styleMasks.push(mask == null ? undefined : await maskOf(mask, bitmap, 'its style'))
    regionMasks.push(region == null ? undefined : await maskOf(region, content, 'the content'))
  }
  return { content, styles, styleMasks, regionMasks, faces }
}

/** A gray mask of a picture's shape; it may be smaller or larger, not of another shape. */
async function maskOf(path: string, of: Side, what: string): Promise<Bitmap> {
  const mask = toGray((await openPicture(path)).bitmap)
  const expected = (mask.width * of.height) / of.width
  if (Math.abs(mask.height - expected) > Math.max(1.5, 0.02 * expected))
    throw new PictureError(
      `${path}: expected a mask of the shape of ${what}, ${of.width}×${of.height}, found ${mask.width}×${mask.height}`,
    )
  return mask.width === of.width && mask.height === of.height ? mask : resize(mask, of.width, of.height, 'bilinear')
}

function checkAspect({ width, height }: Side, name: string): void {
  const [short, long] = [Math.min(width, height), Math.max(width, height)]
  if (short < 8 || long > MOST_ASPECT * short)
    throw new PictureError(
      `${name}: expected a picture of at least 8 px a side, at most ${MOST_ASPECT} times as long as it is wide, found ${width}×${height}`,
    )
}

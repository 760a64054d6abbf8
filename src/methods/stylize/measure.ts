/** The metrics of a complete run: whether who is shown is still known, what is left of the content, how near the colours are. */
import { toGray } from '../../images/gray.ts'
import { paletteDistance } from '../../metrics/palette.ts'
import { ssim } from '../../metrics/ssim.ts'
import { runName } from '../../run/folder.ts'
import type { Metrics } from '../../run/metrics.ts'
import { readRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import { likenessOf } from '../likeness.ts'
import { measuring } from '../measuring.ts'
import type { Prepared } from './prepare.ts'
import type { Setting } from './setting.ts'

/** Measures a run and writes its metrics.json. A metric that can't be had is null, and a warning says why. */
export async function measure(
  { config }: Setting,
  record: Pick<RunRecord, 'folder' | 'warn'>,
  { pictures }: Prepared,
): Promise<Metrics> {
  const { take, write } = measuring(record)
  const { content } = pictures
  const result = await readRunPicture(record.folder, runName.picture('result'))
  await take('identity.content', () => likenessOf(content, result))
  await take('ssim.content', () => ssim(toGray(content), toGray(result)))
  const [style] = pictures.styles
  if (style && pictures.styles.length === 1 && config.color !== 'luminance')
    await take('palette.style', () => paletteDistance(style, result))
  return write()
}

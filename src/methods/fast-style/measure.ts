/** The metrics of a complete run: how much of the way to the style was gone, what is left of the content, whether who is shown is still known. */
import { runOnce } from '../../engine/executable.ts'
import { input } from '../../graph/tensor.ts'
import { type Bitmap, toPlanar } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import { resize } from '../../images/resample.ts'
import { paletteDistance } from '../../metrics/palette.ts'
import { ssim } from '../../metrics/ssim.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Metrics } from '../../run/metrics.ts'
import type { RunRecord } from '../../run/record.ts'
import { likenessOf } from '../likeness.ts'
import { measuring } from '../measuring.ts'
import { contentDifference, lookedAt, styleDistance } from './look.ts'
import type { Setting } from './setting.ts'

/** Longer side at which the network looks. */
const SIDE = 256

export interface Measured {
  readonly content: Bitmap
  readonly styles: readonly Bitmap[]
  readonly result: Bitmap
}

/** Measures a run and writes its metrics.json. */
export async function measure(setting: Setting, record: RunRecord, measured: Measured): Promise<Metrics> {
  const { take, write } = measuring(record)
  const { content, styles, result } = measured
  const [style] = styles
  if (styles.length === 1 && setting.looking) {
    const losses = await lossesOf(setting, content, style!, result)
    await take('style.left', () => losses.style)
    await take('content.loss', () => losses.content)
  }
  await take('identity.content', () => likenessOf(content, result))
  await take('ssim.content', () => ssim(toGray(content), toGray(result)))
  if (styles.length === 1) await take('palette.style', () => paletteDistance(style!, result))
  return write()
}

/** Style loss of the result as a share of the content's, and content loss. */
export async function lossesOf(
  { looking, compute }: Pick<Setting, 'looking' | 'compute'>,
  content: Bitmap,
  style: Bitmap,
  result: Bitmap,
): Promise<{ style: number; content: number }> {
  const weights = weightsOf(looking!, 'vgg19_style')
  const given = { content: sized(content), style: sized(style), result: sized(result) }
  const seen = Object.fromEntries(
    Object.entries(given).map(([name, { width, height }]) => [
      name,
      lookedAt(weights, input(name, [1, 3, height, width])),
    ]),
  )
  const outputs = {
    before: styleDistance(seen.content!, seen.style!),
    after: styleDistance(seen.result!, seen.style!),
    apart: contentDifference(seen.result!, seen.content!),
  }
  const feeds = Object.fromEntries(Object.entries(given).map(([name, bitmap]) => [name, toPlanar(bitmap, '01')]))
  const out = await runOnce(outputs, feeds, compute.options)
  return { style: out.after![0]! / out.before![0]!, content: out.apart![0]! }
}

function sized(picture: Bitmap): Bitmap {
  const factor = Math.min(1, SIDE / Math.max(picture.width, picture.height))
  const side = (length: number) => Math.max(16, Math.round(length * factor))
  return resize(toColor(picture), side(picture.width), side(picture.height), 'lanczos')
}

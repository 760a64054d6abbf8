// The picture at the head of the README, from runs of its own quickstart lines: what was given above, what came of it below.
//   npx tsx training/make-hero.ts docs/hero.webp PORTRAIT_RUN STYLE_RUN UPSCALE_RUN

import { join } from 'node:path'
import sharp, { type OverlayOptions } from 'sharp'

const [out, portrait, style, larger] = process.argv.slice(2)
if (!out || !portrait || !style || !larger) throw new Error('expected the file to write and three run folders')

const SIDE = 300
const GAP = 12
const LINE = 30
const square = (path: string) => sharp(path).resize(SIDE, SIDE, { fit: 'cover', kernel: 'lanczos3' }).png().toBuffer()
/** A part of a picture, the same part of both: [left, top, side] as shares of its width. */
async function part(
  path: string,
  [left, top, side]: readonly [number, number, number],
  kernel: 'nearest' | 'lanczos3',
) {
  const { width } = await sharp(path).metadata()
  const pixels = (share: number) => Math.round(share * width)
  return sharp(path)
    .extract({ left: pixels(left), top: pixels(top), width: pixels(side), height: pixels(side) })
    .resize(SIDE, SIDE, { kernel })
    .png()
    .toBuffer()
}
const place = [0.36, 0.3, 0.22] as const
const columns = [
  {
    title: 'rephoto run',
    given: await square(join(portrait, 'aligned.png')),
    made: await square(join(portrait, 'result.png')),
  },
  {
    title: 'rephoto stylize',
    given: await withInset(await square(join(style, 'content.png')), join(style, 'style.png')),
    made: await square(join(style, 'result.png')),
  },
  {
    title: 'rephoto upscale',
    given: await part(join(larger, 'input.png'), place, 'nearest'),
    made: await part(join(larger, 'result.png'), place, 'lanczos3'),
  },
]
const width = columns.length * (SIDE + GAP) - GAP
const height = 2 * SIDE + GAP + LINE
const layers: OverlayOptions[] = columns.flatMap(({ title, given, made }, i) => {
  const left = i * (SIDE + GAP)
  return [
    { input: label(title), left, top: 0 },
    { input: given, left, top: LINE },
    { input: made, left, top: LINE + SIDE + GAP },
  ]
})
await sharp({ create: { width, height, channels: 3, background: '#f7f4ee' } })
  .composite(layers)
  .webp({ quality: 84 })
  .toFile(out)

/** The style in a corner of the content. */
async function withInset(content: Buffer, path: string): Promise<Buffer> {
  const inset = await sharp(path)
    .resize(100, 100, { fit: 'cover' })
    .extend({ top: 3, left: 3, background: '#f7f4ee' })
    .png()
    .toBuffer()
  return sharp(content)
    .composite([{ input: inset, gravity: 'southeast' }])
    .png()
    .toBuffer()
}

function label(text: string): Buffer {
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${LINE}"><text x="2" y="20" font-family="monospace" font-size="16" fill="#26231e">${text}</text></svg>`,
  )
}

/** A drawing as a file. */
import PDFDocument from 'pdfkit'
import sharp from 'sharp'
import { escapeHtml } from '../report/html.ts'
import type { Drawing } from './drawing.ts'

/** What a drawing can become. */
export const figureFormats = ['png', 'svg', 'pdf'] as const
export type FigureFormat = (typeof figureFormats)[number]

const INK = '#1a1a1a'
const FONT = 'Helvetica, Arial, Liberation Sans, sans-serif'
/** Points of a page for each pixel: 200 pixels an inch, which prints pictures of 256 px at 3.25 cm. */
const POINTS = 72 / 200

/** Writes it. The same drawing gives the same bytes. */
export async function renderDrawing(drawing: Drawing, format: FigureFormat): Promise<Buffer> {
  if (format === 'svg') return Buffer.from(svgOf(drawing, true))
  return format === 'pdf' ? pdfOf(drawing) : pngOf(drawing)
}

/** @param withPictures false leaves their places empty */
function svgOf({ width, height, items }: Drawing, withPictures: boolean): string {
  const parts = items.flatMap((item) => {
    const { x, y } = item
    if (item.kind === 'picture') {
      const href = `data:image/png;base64,${item.bytes.toString('base64')}`
      const size = `width="${item.width}" height="${item.height}"`
      return withPictures ? `<image x="${x}" y="${y}" ${size} preserveAspectRatio="none" href="${href}"/>` : []
    }
    if (item.kind === 'frame') {
      const { line, color } = item
      const [w, h] = [item.width - line, item.height - line]
      return `<rect x="${x + line / 2}" y="${y + line / 2}" width="${w}" height="${h}" fill="none" stroke="${color}" stroke-width="${line}"/>`
    }
    const weight = item.bold ? ' font-weight="bold"' : ''
    return `<text x="${x}" y="${y}" font-size="${item.size}" text-anchor="${item.anchor}"${weight}>${escapeHtml(item.text)}</text>`
  })
  const ground = withPictures ? '<rect width="100%" height="100%" fill="#fff"/>' : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}" fill="${INK}">${ground}${parts.join('')}</svg>\n`
}

async function pngOf(drawing: Drawing): Promise<Buffer> {
  const { width, height, items } = drawing
  const pictures = await Promise.all(
    items.flatMap((item) => {
      if (item.kind !== 'picture') return []
      const [left, top] = [Math.round(item.x), Math.round(item.y)]
      const side = [Math.round(item.width), Math.round(item.height)] as const
      return sharp(item.bytes)
        .resize(...side, { fit: 'fill' })
        .png()
        .toBuffer()
        .then((input) => ({ input, left, top }))
    }),
  )
  const over = { input: Buffer.from(svgOf(drawing, false)), left: 0, top: 0 }
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...pictures, over])
    .png()
    .toBuffer()
}

async function pdfOf({ width, height, items }: Drawing): Promise<Buffer> {
  const at = (length: number) => length * POINTS
  // A date of its own would make every file another one.
  const document = new PDFDocument({
    size: [at(width), at(height)],
    margin: 0,
    info: { Producer: 'rephoto', Creator: 'rephoto', CreationDate: new Date(0) },
  })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<void>((done, fail) => {
    document.on('end', done).on('error', fail)
  })
  for (const item of items) {
    const [x, y] = [at(item.x), at(item.y)]
    if (item.kind === 'picture') document.image(item.bytes, x, y, { width: at(item.width), height: at(item.height) })
    else if (item.kind === 'frame') {
      const line = at(item.line)
      document.lineWidth(line).strokeColor(item.color)
      document.rect(x + line / 2, y + line / 2, at(item.width) - line, at(item.height) - line).stroke()
    } else {
      document
        .font(item.bold ? 'Helvetica-Bold' : 'Helvetica')
        .fontSize(at(item.size))
        .fillColor(INK)
      const text = latin(item.text)
      const left = item.anchor === 'middle' ? x - document.widthOfString(text) / 2 : x
      document.text(text, left, y, { lineBreak: false, baseline: 'alphabetic' })
    }
  }
  document.end()
  await ended
  return Buffer.concat(chunks)
}

/** What the fonts that every PDF reader has can show: Windows-1252. */
const SHOWN = /[^\u0020-\u007e\u00a0-\u00ffŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]/gu

/** Letters that a PDF of these fonts cannot show; SVG and PNG can. */
export function missingInPdf(drawing: Drawing): string[] {
  const words = drawing.items.flatMap((item) => (item.kind === 'words' ? (item.text.match(SHOWN) ?? []) : []))
  return [...new Set(words.filter((letter) => letter !== '−'))]
}

function latin(text: string): string {
  return text.replaceAll('−', '–').replaceAll(SHOWN, '?')
}

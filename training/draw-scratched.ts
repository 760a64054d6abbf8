// Ages examples/harbour.jpg into examples/scratched.jpg, a print with folds, scratches, dust and a missing corner, and leaves what
// was done to it as examples/scratched.mask.png (white where the print is damaged). Both are ours, so that they can be shipped.
//   npx tsx training/draw-scratched.ts

import sharp from 'sharp'
import { randomStream } from '../src/numbers/random.ts'

const random = randomStream(11, 'scratched')
const between = (low: number, high: number) => low + (high - low) * random.uniform()

const print = sharp('examples/harbour.jpg').grayscale()
const { data, info } = await print.blur(0.9).raw().toBuffer({ resolveWithObject: true })
const { width, height } = info
const grain = random.normal(width * height)
const damage = damages()
const mask = await raster(damage.map(({ shape }) => shape('#fff')).join(''), '#000')
const marks = await raster(damage.map(({ shape, color }) => shape(color)).join(''))

// A faded print: blacks lifted, whites dulled, toned brown, darker towards its edges, with the grain of its film.
const toned = Buffer.alloc(width * height * 3)
for (let y = 0; y < height; y++)
  for (let x = 0; x < width; x++) {
    const i = y * width + x
    const edge = Math.hypot((2 * x) / width - 1, (2 * y) / height - 1)
    const value = 62 + 0.58 * (data[i]! + 7 * grain[i]!) - 16 * edge ** 3
    for (const [channel, tint] of [1.06, 0.95, 0.78].entries()) toned[3 * i + channel] = clamp(value * tint + 4)
  }
await sharp(toned, { raw: { width, height, channels: 3 } })
  .composite([{ input: marks }])
  .removeAlpha()
  .jpeg({ quality: 90 })
  .toFile('examples/scratched.jpg')
await sharp(mask)
  .removeAlpha()
  .grayscale()
  .threshold(64)
  .png({ palette: true, colours: 2 })
  .toFile('examples/scratched.mask.png')

interface Damage {
  readonly color: string
  readonly shape: (color: string) => string
}

function damages(): readonly Damage[] {
  const line = (points: readonly (readonly [number, number])[], thick: number, color: string, opacity = 1): Damage => ({
    color,
    shape: (stroke) =>
      `<polyline points="${points.map(([x, y]) => `${x},${y}`).join(' ')}" fill="none" stroke="${stroke}" stroke-width="${thick}" stroke-opacity="${stroke === '#fff' ? 1 : opacity}"/>`,
  })
  const crease = (x: number, slope: number, thick: number) => {
    const points = Array.from({ length: 40 }, (_, i) => {
      const y = (i * height) / 39
      return [x + slope * y + between(-1.6, 1.6), y] as const
    })
    return [
      line(points, thick, '#efe6d4', 0.95),
      line(
        points.map(([px, py]) => [px + thick, py] as const),
        1,
        '#4b3b2a',
        0.5,
      ),
    ]
  }
  const across = Array.from({ length: 50 }, (_, i) => {
    const x = (i * width) / 49
    return [x, 212 + 0.03 * x + between(-1.5, 1.5)] as const
  })
  const scratches = Array.from({ length: 16 }, () => {
    const [x, y, length, lean] = [between(0, width), between(-40, height), between(40, 220), between(-0.12, 0.12)]
    const points = Array.from({ length: 12 }, (_, i) => {
      const along = (i * length) / 11
      return [x + lean * along + between(-0.7, 0.7), y + along] as const
    })
    return line(points, between(0.8, 1.8), random.uniform() < 0.8 ? '#f2ead9' : '#3a2d22', between(0.7, 1))
  })
  const dust = Array.from({ length: 110 }, (): Damage => {
    const [x, y, r] = [between(0, width), between(0, height), between(0.5, 1.9)]
    const lengthened = between(0.5, 1.6)
    return {
      color: random.uniform() < 0.75 ? '#efe7d6' : '#33281e',
      shape: (color) => `<ellipse cx="${x}" cy="${y}" rx="${r * lengthened}" ry="${r}" fill="${color}"/>`,
    }
  })
  const torn: Damage = {
    color: '#f1e9d8',
    shape: (color) => {
      const ragged = Array.from(
        { length: 14 },
        (_, i) => `${width - 62 + i * 5 + between(-3, 3)},${i * 4.2 + between(-3, 3)}`,
      )
      return `<polygon points="${width - 70},0 ${ragged.join(' ')} ${width},66 ${width},0" fill="${color}"/>`
    },
  }
  // What is random in a shape must be the same in the mask as in the picture.
  const fixed = torn.shape('COLOR')
  return [
    ...crease(176, 0.05, 2.4),
    line(across, 2, '#ece2cf', 0.9),
    ...scratches,
    ...dust,
    { ...torn, shape: (color) => fixed.replace('COLOR', color) },
  ]
}

function raster(body: string, background?: string): Promise<Buffer> {
  const under = background === undefined ? '' : `<rect width="${width}" height="${height}" fill="${background}"/>`
  return sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${under}${body}</svg>`),
  )
    .png()
    .toBuffer()
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}

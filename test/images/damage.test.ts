// Damage is judged by its effect: pixels that are missing or wrong are an error, a missing end marker is a remark, and what is intact
// passes in silence, in every format. The pictures are made here, with texture, edges and smooth parts.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp, { type Sharp, type WebpOptions } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judge } from '../../src/images/damage/judge.ts'
import { huffmanLengths, libwebpLengths } from '../../src/images/damage/vp8l-lengths.ts'
import { openPicture } from '../../src/images/read.ts'

const WIDTH = 240
const HEIGHT = 200

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rephoto-damage-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A face-like blob with a hatched ground and some grain. */
function pixels(channels: 1 | 3): Buffer {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels)
  let state = 1
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      const grain = (state >>> 24) / 16 - 8
      const inside = ((x - 110) / 70) ** 2 + ((y - 100) / 85) ** 2 < 1
      const value = inside ? 190 - x / 4 + 25 * Math.sin(y / 9) : 70 + 30 * Math.sin((x + 2 * y) / 5) + y / 8
      for (let c = 0; c < channels; c++) data[(y * WIDTH + x) * channels + c] = value + grain - 12 * c
    }
  }
  return data
}

function scene(channels: 1 | 3 = 3): Sharp {
  const picture = sharp(pixels(channels), { raw: { width: WIDTH, height: HEIGHT, channels } })
  return channels === 1 ? picture.toColourspace('b-w') : picture
}

const FORMATS: Record<string, (picture: Sharp) => Sharp> = {
  'baseline.jpg': (p) => p.jpeg({ quality: 88 }),
  'full-colour.jpg': (p) => p.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }),
  'progressive.jpg': (p) => p.jpeg({ quality: 88, progressive: true }),
  'lossy.webp': (p) => p.webp({ quality: 80 }),
  'lossless.webp': (p) => p.webp({ lossless: true }),
  'palette.gif': (p) => p.gif({ colours: 64 }),
  'plain.png': (p) => p.png(),
  'lzw.tif': (p) => p.tiff({ compression: 'lzw' }),
  'deflate.tif': (p) => p.tiff({ compression: 'deflate' }),
  'packbits.tif': (p) => p.tiff({ compression: 'packbits' }),
  'jpeg.tif': (p) => p.tiff({ compression: 'jpeg' }),
  'modern.avif': (p) => p.avif({ effort: 1 }),
}

/** 'error: …', or the remarks. */
async function said(name: string, bytes: Uint8Array): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, bytes)
  return openPicture(file).then(
    ({ remarks }) => remarks.join('; '),
    (error: Error) => `error: ${error.message}`,
  )
}

function overwritten(bytes: Uint8Array, at: number, seed: number): Buffer {
  const copy = Buffer.from(bytes)
  let state = seed
  for (let i = 0; i < 8; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    copy[at + i] = state >>> 24
  }
  return copy
}

describe.each(Object.keys(FORMATS))('%s', (name) => {
  const make = FORMATS[name]!

  test('passes in silence when intact, gray as well', async () => {
    expect(await said(name, await make(scene()).toBuffer())).toBe('')
    expect(await said(name, await make(scene(1)).toBuffer())).toBe('')
  })

  test('cut to a sixth it is refused', async () => {
    const bytes = await make(scene()).toBuffer()
    expect(await said(name, bytes.subarray(0, Math.floor(bytes.length / 6)))).toMatch(
      /^error: .*(damaged or incomplete|not a picture)/u,
    )
  })
})

// Uncompressed TIFF shows eight wrong pixels, and WebP lossless and JPEG may stay in step: see docs/pictures.md.
describe.each(['lossy.webp', 'palette.gif', 'progressive.jpg', 'plain.png', 'lzw.tif', 'deflate.tif', 'modern.avif'])(
  'eight bytes overwritten in %s',
  (name) => {
    test('are noticed where a tenth of the picture is wrong', async () => {
      const bytes = await FORMATS[name]!(scene()).toBuffer()
      const right = await sharp(bytes).raw().toBuffer()
      for (let i = 0; i < 8; i++) {
        const at = Math.floor(bytes.length * (0.3 + 0.08 * i))
        const copy = overwritten(bytes, at, i + 1)
        const seen = await sharp(copy, { failOn: 'none' })
          .raw()
          .toBuffer()
          .catch(() => Buffer.alloc(0))
        const wrong = right.filter((value, k) => Math.abs(value - (seen[k] ?? 0)) > 8).length / right.length
        if (wrong > 0.1) expect(await said(name, copy)).toMatch(/damaged/u)
      }
    })
  },
)

describe('JPEG', () => {
  test('of copies with eight bytes overwritten nearly all that are visibly wrong are noticed', async () => {
    for (const name of ['baseline.jpg', 'full-colour.jpg']) {
      const bytes = await FORMATS[name]!(scene()).toBuffer()
      const right = await sharp(bytes).raw().toBuffer()
      let wrong = 0
      let noticed = 0
      for (let i = 0; i < 40; i++) {
        const copy = overwritten(bytes, 700 + Math.floor(((bytes.length - 900) * i) / 40), i + 1)
        const seen = await sharp(copy, { failOn: 'none' }).raw().toBuffer()
        if (right.filter((value, k) => Math.abs(value - seen[k]!) > 8).length < right.length / 10) continue
        wrong++
        if ((await said(name, copy)) !== '') noticed++
      }
      expect(wrong).toBeGreaterThan(15)
      expect(noticed / wrong).toBeGreaterThan(0.9)
    }
  })

  test('a lost end marker is a remark: all pixels are there', async () => {
    for (const name of ['baseline.jpg', 'progressive.jpg']) {
      const bytes = await FORMATS[name]!(scene()).toBuffer()
      expect(await said(name, bytes.subarray(0, -2))).toBe(
        'the file is damaged: its end marker is missing; all pixels are there',
      )
    }
  })

  test('a broken sector is refused, and so are zeros for the rest', async () => {
    const bytes = await FORMATS['baseline.jpg']!(scene()).toBuffer()
    const sector = Buffer.from(bytes)
    sector.fill(0, bytes.length >> 1, (bytes.length >> 1) + 512)
    expect(await said('sector.jpg', sector)).toMatch(/^error: .*damaged/u)
    const rest = Buffer.from(bytes)
    rest.fill(0, bytes.length >> 1)
    expect(await said('rest.jpg', rest)).toMatch(/^error: .*damaged/u)
  })

  test('one broken part between restart markers is a remark, most of them an error', async () => {
    const bytes = await withRestarts()
    expect(await said('restarts.jpg', bytes)).toBe('')
    const places = restartPlaces(bytes)
    const one = Buffer.from(bytes)
    one.fill(0x55, places[6]! + 2, places[7]!)
    expect(await said('restarts.jpg', one)).toMatch(/^the file is damaged: .*about \d+ % of the picture is wrong$/u)
    const many = Buffer.from(bytes)
    for (let i = 3; i < 9; i++) many.fill(0x55, places[i]! + 2, places[i + 1]!)
    expect(await said('restarts.jpg', many)).toMatch(/^error: .*damaged/u)
    const lost = Buffer.concat([bytes.subarray(0, places[4]!), bytes.subarray(places[5]!)])
    expect(await said('restarts.jpg', lost)).toMatch(/^error: .*restart markers are out of order/u)
  })

  test('a shift of brightness from the middle of a row on is seen, an edge of the picture is not', async () => {
    const data = pixels(1)
    const shifted = Buffer.from(data)
    const edge = Buffer.from(data)
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        const after = y >= 104 || (y >= 96 && x >= 104)
        if (after) shifted[y * WIDTH + x] = Math.min(shifted[y * WIDTH + x]! + 24, 255)
        if (y >= 96) edge[y * WIDTH + x] = Math.min(edge[y * WIDTH + x]! + 30, 255)
      }
    }
    const jpeg = (changed: Buffer) =>
      sharp(changed, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
        .toColourspace('b-w')
        .jpeg({ quality: 90 })
        .toBuffer()
    expect(await said('shifted.jpg', await jpeg(shifted))).toMatch(/jumps in the middle of a row/u)
    expect(await said('edge.jpg', await jpeg(edge))).toBe('')
  })
})

describe('lossless WebP', () => {
  test('of copies with eight bytes overwritten most that are visibly wrong are noticed', async () => {
    for (const [channels, share] of [
      [3, 0.6],
      [1, 0.35],
    ] as const) {
      const bytes = await FORMATS['lossless.webp']!(scene(channels)).toBuffer()
      const right = await sharp(bytes).raw().toBuffer()
      let wrong = 0
      let noticed = 0
      for (let i = 0; i < 40; i++) {
        const copy = overwritten(bytes, 700 + Math.floor(((bytes.length - 900) * i) / 40), i + 1)
        const seen = await sharp(copy, { failOn: 'none' })
          .raw()
          .toBuffer()
          .catch(() => Buffer.alloc(0))
        if (right.filter((value, k) => Math.abs(value - (seen[k] ?? 0)) > 8).length < right.length / 10) continue
        wrong++
        if ((await said('lossless.webp', copy)) !== '') noticed++
      }
      expect(wrong).toBeGreaterThan(12)
      expect(noticed / wrong).toBeGreaterThan(share)
    }
  })

  test.each<[string, WebpOptions]>([
    ['quick', { lossless: true, effort: 0 }],
    ['thorough', { lossless: true, effort: 6 }],
    ['nearly lossless', { nearLossless: true, quality: 40 }],
    ['with a palette', { lossless: true, preset: 'drawing' }],
  ])('intact it passes in silence, of any size and effort: %s', async (name, options) => {
    for (const side of [1, 7, 40, 200]) {
      const picture = sharp(await scene().resize(side, side, { fit: 'fill' }).png().toBuffer())
      const drawn = name === 'with a palette' ? sharp(await picture.png({ colours: 12 }).toBuffer()) : picture
      const clear = sharp({ create: { width: side, height: side, channels: 4, background: '#12345600' } })
      expect(await said('any.webp', await drawn.clone().webp(options).toBuffer())).toBe('')
      const holed = clear.composite([{ input: await drawn.resize(Math.ceil(side / 2)).toBuffer() }])
      const bytes = await holed.webp(options).toBuffer()
      expect(await said('any.webp', bytes)).toBe(side === 1 ? '' : 'its transparent parts are laid on white')
    }
  })

  test('its codes have the lengths that libwebp gives them', () => {
    const lengths = (counts: readonly number[]) => [...libwebpLengths(Uint32Array.from(counts), 15)]
    expect(lengths([])).toEqual([])
    expect(lengths([0, 5, 0])).toEqual([0, 1, 0])
    expect(lengths([8, 1, 1, 4])).toEqual([1, 3, 3, 2])
    // Four of nearly the same count are made equal, a hole among them gets a code, too.
    expect(lengths([100, 3, 2, 0, 3, 100])).toEqual([1, 4, 4, 4, 4, 2])
    // Fibonacci's counts make the deepest tree: the limit raises the least.
    const deep = [1, 1]
    while (deep.length < 30) deep.push(deep.at(-1)! + deep.at(-2)!)
    expect(Math.max(...huffmanLengths(Uint32Array.from(deep), 15))).toBeLessThanOrEqual(15)
    expect(Math.max(...huffmanLengths(Uint32Array.from(deep), 40))).toBe(29)
  })
})

test('a PNG without its end is a remark, one with a wrong sum is refused', async () => {
  const bytes = await scene().png().toBuffer()
  expect(await said('end.png', bytes.subarray(0, -12))).toMatch(/^(|the file is damaged: .*all pixels are there)$/u)
  expect(await said('sum.png', overwritten(bytes, bytes.length >> 1, 3))).toMatch(/^error: .*damaged/u)
})

test('whatever a file says of itself, there is a verdict, and soon', { timeout: 60_000 }, async () => {
  let state = 11
  const below = (most: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * most)
  }
  for (const [name, make] of Object.entries(FORMATS)) {
    const bytes = await make(scene()).toBuffer()
    const format = { jpg: 'jpeg', tif: 'tiff', webp: 'webp', gif: 'gif' }[name.split('.')[1]!] ?? 'png'
    for (let i = 0; i < 30; i++) {
      const copy = Buffer.from(i % 3 === 0 ? bytes.subarray(0, 1 + below(bytes.length)) : bytes)
      for (let k = 0; k < 4; k++) copy[below(i % 2 === 0 ? Math.min(copy.length, 120) : copy.length)] = below(256)
      const began = performance.now()
      const { state: found } = await judge(copy, format)
      expect(['intact', 'remark', 'damaged', 'unjudged']).toContain(found)
      expect(performance.now() - began).toBeLessThan(5000)
    }
  }
})

/** A baseline JPEG with a restart marker behind each row of units, made by hand: sharp sets none. */
async function withRestarts(): Promise<Buffer> {
  const rows: Buffer[] = []
  const data = pixels(1)
  for (let y = 0; y < HEIGHT; y += 8) {
    const row = sharp(data.subarray(y * WIDTH, (y + 8) * WIDTH), { raw: { width: WIDTH, height: 8, channels: 1 } })
    rows.push(await row.toColourspace('b-w').jpeg({ quality: 88, optimiseCoding: false }).toBuffer())
  }
  // One row's code is a restart interval of the whole: each begins with its DC predicted from 0.
  const first = rows[0]!
  const scan = first.indexOf(Buffer.from([0xff, 0xda]))
  const start = scan + 2 + first.readUInt16BE(scan + 2)
  const head = Buffer.from(first.subarray(0, scan))
  head.writeUInt16BE(HEIGHT, head.indexOf(Buffer.from([0xff, 0xc0])) + 5)
  const interval = Buffer.from([0xff, 0xdd, 0, 4, 0, WIDTH / 8])
  const parts = [head, interval, first.subarray(scan, start)]
  for (const [i, row] of rows.entries()) {
    const at = row.indexOf(Buffer.from([0xff, 0xda]))
    parts.push(row.subarray(at + 2 + row.readUInt16BE(at + 2), -2))
    parts.push(Buffer.from([0xff, i === rows.length - 1 ? 0xd9 : 0xd0 + (i & 7)]))
  }
  return Buffer.concat(parts)
}

function restartPlaces(bytes: Buffer): number[] {
  const places: number[] = []
  for (let i = bytes.indexOf(Buffer.from([0xff, 0xda])); i < bytes.length - 1; i++) {
    if (bytes[i] === 0xff && bytes[i + 1]! >= 0xd0 && bytes[i + 1]! <= 0xd7) places.push(i)
  }
  return places
}

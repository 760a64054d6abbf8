// The door for pictures: what is kept when they come in and go out. All files are made here.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import { openPicture, readPicture } from '../../src/images/read.ts'
import type { Samples } from '../../src/images/samples.ts'
import { encodePng, writePicture } from '../../src/images/write.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rephoto-door-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const place = (name: string) => path.join(folder, name)
const plain = (width = 48, height = 32, background = '#c82864') =>
  sharp({ create: { width, height, channels: 3, background } })
const middle = async (file: string) => {
  const { data, channels, width, height } = await readPicture(file)
  const at = (Math.floor(height / 2) * width + Math.floor(width / 2)) * channels
  return [...data.subarray(at, at + channels)]
}
const refusal = (file: string) =>
  readPicture(file).then(
    () => 'read',
    (error: Error) => `${error.name}: ${error.message}`,
  )

describe('in', () => {
  test('colours come in sRGB, at 8 and at 16 bits', async () => {
    // what Display P3 writes for this red, put into a file that says so
    for (const space of ['srgb', 'rgb16']) {
      const file = place(`p3-${space}.png`)
      await plain().toColourspace(space).withIccProfile('p3').png().toFile(file)
      const found = await middle(file)
      for (const [i, value] of [200, 40, 100].entries()) expect(Math.abs(found[i]! - value)).toBeLessThanOrEqual(2)
    }
  })

  test('samples keep 16 bits, alpha and gray', async () => {
    const deep: Samples = {
      width: 3,
      height: 2,
      channels: 1,
      data: Uint16Array.from([0, 1, 257, 30_000, 65_000, 65_535]),
      alpha: Uint16Array.from([65_535, 0, 1000, 40_000, 65_535, 2]),
    }
    const file = place('deep.png')
    await writePicture(file, deep)
    const opened = await openPicture(file)
    expect(opened.source).toMatchObject({ format: 'png', bits: 16, gray: true, alpha: true })
    expect(await opened.samples()).toEqual(deep)
    expect(opened.bitmap.channels).toBe(1)

    const color: Samples = { width: 2, height: 1, channels: 3, data: Uint16Array.from([1, 2, 3, 65_000, 40_000, 9]) }
    for (const name of ['deep.tif', 'deep-color.png']) {
      await writePicture(place(name), color)
      expect(await (await openPicture(place(name))).samples(), name).toEqual(color)
    }
  })

  test('orientation is applied to bitmap and samples', async () => {
    const file = place('turned.jpg')
    await plain(48, 32).withMetadata({ orientation: 6 }).jpeg().toFile(file)
    const opened = await openPicture(file)
    expect([opened.bitmap.width, opened.bitmap.height]).toEqual([32, 48])
    const { width, height } = await opened.samples()
    expect([width, height]).toEqual([32, 48])
  })

  test('hash and pixels are of one moment', async () => {
    const file = place('moment.png')
    await plain().png().toFile(file)
    const bytes = await readFile(file)
    const opened = openPicture(file)
    const { sha256, bitmap } = await opened
    await plain(10, 10).png().toFile(file)
    expect(sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    expect(bitmap.width).toBe(48)
  })

  test('frames, pages and transparency that are not used are said', async () => {
    const frames = Buffer.concat([await plain(20, 20).raw().toBuffer(), await plain(20, 20, '#fff').raw().toBuffer()])
    const raw = { width: 20, height: 40, channels: 3, pageHeight: 20 } as const
    for (const name of ['moving.gif', 'moving.webp']) {
      await sharp(frames, { raw }).toFile(place(name))
      expect((await openPicture(place(name))).remarks).toEqual(['of its 2 frames the first is read'])
      const [r, g] = await middle(place(name))
      expect(r! > 180 && g! < 80).toBe(true)
    }
    const file = place('see-through.png')
    await sharp({ create: { width: 4, height: 4, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).toFile(
      file,
    )
    expect((await openPicture(file)).remarks).toEqual(['its transparent parts are laid on white'])
    expect(await middle(file)).toEqual([255, 255, 255])
    await sharp({ create: { width: 4, height: 4, channels: 4, background: '#808080' } }).toFile(file)
    expect((await openPicture(file)).remarks).toEqual([])
  })

  test('1-bit scans, black on white', async () => {
    const rows = Buffer.alloc(64 * 64, 255)
    rows.fill(0, 0, 64 * 20)
    const file = place('scan.tif')
    const scan = sharp(rows, { raw: { width: 64, height: 64, channels: 1 } }).toColourspace('b-w')
    await scan.tiff({ bitdepth: 1, compression: 'ccittfax4' }).toFile(file)
    const { bitmap, remarks } = await openPicture(file)
    expect([bitmap.channels, bitmap.data[0], bitmap.data[64 * 63], remarks]).toEqual([1, 0, 255, []])
  })

  test('CMYK with and without the mark of Adobe: inks as they are meant', async () => {
    const file = place('cmyk.jpg')
    await plain(64, 64, '#d01010').toColourspace('cmyk').jpeg({ quality: 95 }).toFile(file)
    const red = await middle(file)
    expect(red[0]! > 150 && red[1]! < 110 && red[2]! < 110).toBe(true)
    // The same without the APP14 segment holds inks that are stored as they are: the values turned round.
    const bytes = await readFile(file)
    const mark = bytes.indexOf(Buffer.from('ffee000e', 'hex'))
    expect(mark).toBeGreaterThan(0)
    const without = place('cmyk-plain.jpg')
    await writeFile(without, Buffer.concat([bytes.subarray(0, mark), bytes.subarray(mark + 16)]))
    const opened = await openPicture(without)
    expect(opened.bitmap.channels).toBe(3)
    expect(opened.source.format).toBe('jpeg')
  })

  test('what is none is named, with what to do', async () => {
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic'), Buffer.alloc(99)])
    await writeFile(place('phone.heic'), heic)
    expect(await refusal(place('phone.heic'))).toMatch(/HEIC.*HEVC.*isn't built in; convert it to JPEG$/u)
    await writeFile(place('old.bmp'), Buffer.concat([Buffer.from('BM'), Buffer.alloc(99)]))
    expect(await refusal(place('old.bmp'))).toMatch(/found a BMP picture; convert it/u)
    await writeFile(
      place('film.mov'),
      Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypqt  '), Buffer.alloc(99)]),
    )
    expect(await refusal(place('film.mov'))).toMatch(/found a film/u)
    expect(await refusal(folder)).toMatch(/found a folder/u)
    expect(await refusal('/dev/null')).toMatch(/found a device/u)
    if (process.platform === 'win32') return
    execFileSync('mkfifo', [place('pipe')])
    expect(await refusal(place('pipe'))).toMatch(/found a pipe; save what it gives to a file first/u)
  })
})

describe('out', () => {
  const bitmap = createBitmap(
    40,
    24,
    3,
    new Uint8Array(40 * 24 * 3).map((_, i) => (i * 7) % 256),
  )

  test('the suffix decides the format', async () => {
    const formats = {
      'a.png': 'png',
      'a.jpg': 'jpeg',
      'a.JPEG': 'jpeg',
      'a.webp': 'webp',
      'a.tiff': 'tiff',
      'a.avif': 'heif',
    }
    for (const [name, format] of Object.entries(formats)) {
      await writePicture(place(name), bitmap)
      expect((await sharp(await readFile(place(name))).metadata()).format, name).toBe(format)
    }
    await expect(writePicture(place('a.bmp'), bitmap)).rejects.toThrow(/expected a name that ends in \.png/u)
    await expect(writePicture(place('a'), bitmap)).rejects.toThrow(/expected a name that ends in/u)
  })

  test('a PNG without metadata is the one of run folders, byte for byte', async () => {
    await writePicture(place('exact.png'), bitmap)
    expect(await readFile(place('exact.png'))).toEqual(await encodePng(bitmap))
  })

  test('EXIF, resolution and profile are kept; the orientation is reset, the size set, the thumbnail gone', async () => {
    const source = place('camera.jpg')
    await plain(64, 48)
      .withExif({ IFD0: { Artist: 'A. Nonymous' }, IFD2: { PixelXDimension: '64' } })
      .withMetadata({ orientation: 6, density: 300 })
      .jpeg()
      .toFile(source)
    const { bitmap: read, metadata } = await openPicture(source)
    expect(metadata.density).toBe(300)
    for (const name of ['kept.jpg', 'kept.png', 'kept.webp', 'kept.avif', 'kept.tif']) {
      await writePicture(place(name), read, { metadata })
      const found = await sharp(await readFile(place(name))).metadata()
      expect([found.width, found.height, found.icc !== undefined], name).toEqual([48, 64, true])
      expect(found.orientation ?? 1, name).toBe(1)
      if (!name.endsWith('webp') && !name.endsWith('avif')) expect(found.density, name).toBe(300)
      if (!name.endsWith('tif')) expect(found.exif?.includes('A. Nonymous'), name).toBe(true)
    }
    const back = await readPicture(place('kept.png'))
    expect(back).toEqual(read)
  })

  test('a broken EXIF block is left out', async () => {
    const exif = Buffer.from('Exif\0\0II*\0\xff\xff\xff\xff', 'latin1')
    await writePicture(place('broken-exif.png'), bitmap, { metadata: { exif } })
    expect(await readPicture(place('broken-exif.png'))).toEqual(bitmap)
  })

  test('transparency goes out where a format has it, and becomes white in JPEG', async () => {
    const alpha = new Uint8Array(40 * 24)
    for (const name of ['clear.png', 'clear.webp', 'clear.tif', 'clear.avif']) {
      await writePicture(place(name), { ...bitmap, alpha })
      expect((await openPicture(place(name))).source.alpha, name).toBe(true)
    }
    await writePicture(place('clear.jpg'), { ...bitmap, alpha })
    expect(await middle(place('clear.jpg'))).toEqual([255, 255, 255])
  })

  test('a link is replaced, not followed; nothing is left beside', async () => {
    const target = place('precious.png')
    await writeFile(target, 'precious')
    const link = place('link.png')
    await symlink(target, link)
    await writePicture(link, bitmap)
    expect(await readFile(target, 'utf8')).toBe('precious')
    expect(await readPicture(link)).toEqual(bitmap)
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('exclusive writing leaves what is there', async () => {
    await writePicture(place('mine.png'), bitmap, { exclusive: true })
    const before = await readFile(place('mine.png'))
    await expect(writePicture(place('mine.png'), createBitmap(2, 2, 1), { exclusive: true })).rejects.toThrow(
      /can't be written/u,
    )
    expect(await readFile(place('mine.png'))).toEqual(before)
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

// Picture files: the awkward ones are read right, the bad ones are refused in one line, and what is written comes back.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { toGray } from '../../src/images/gray.ts'
import { readPicture } from '../../src/images/read.ts'
import { encodePng, writePicture } from '../../src/images/write.ts'
import { fixturePath, largestDifference, readFixture, type StoredBitmap, unpack } from '../support/pictures.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rephoto-pictures-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const pixel = (b: Bitmap, x: number, y: number): number[] => [
  ...b.data.slice((y * b.width + x) * b.channels, (y * b.width + x + 1) * b.channels),
]

async function refusal(file: string): Promise<string> {
  const message = await readPicture(file).then(
    () => 'read',
    (error: Error) => `${error.name}: ${error.message}`,
  )
  expect(message).not.toContain('\n')
  return message
}

describe('awkward files are read', () => {
  test('plain, palette and animated (first frame)', async () => {
    const plain = await readPicture(fixturePath('plain.png'))
    expect([plain.width, plain.height, plain.channels]).toEqual([32, 24, 3])
    expect(pixel(plain, 2, 20)).toEqual([200, 40, 40])
    expect(pixel(plain, 30, 1)).toEqual([140, 140, 220])
    expect(largestDifference((await readPicture(fixturePath('palette.png'))).data, plain.data)).toBeLessThan(8)
    expect(largestDifference((await readPicture(fixturePath('animated.gif'))).data, plain.data)).toBeLessThan(8)
  })

  test('EXIF rotation is applied', async () => {
    const plain = await readPicture(fixturePath('plain.png'))
    const turned = await readPicture(fixturePath('rotated.jpg'))
    expect([turned.width, turned.height]).toEqual([32, 24])
    expect(largestDifference(turned.data, plain.data)).toBeLessThan(40)
  })

  test('gray and 16-bit gray give one channel', async () => {
    const gray = toGray(await readPicture(fixturePath('plain.png')))
    const wide = await readPicture(fixturePath('gray16.png'))
    expect(wide.channels).toBe(1)
    expect(largestDifference(wide.data, gray.data)).toBeLessThanOrEqual(1)
    const jpeg = await readPicture(fixturePath('gray.jpg'))
    expect(jpeg.channels).toBe(1)
    expect(largestDifference(jpeg.data, gray.data)).toBeLessThan(20)
  })

  test('16-bit colour', async () => {
    const file = path.join(folder, 'rgb16.png')
    await sharp({ create: { width: 9, height: 7, channels: 3, background: '#c82864' } })
      .toColourspace('rgb16')
      .png()
      .toFile(file)
    expect((await sharp(file).metadata()).depth).toBe('ushort')
    expect(pixel(await readPicture(file), 3, 3)).toEqual([200, 40, 100])
  })

  test('CMYK keeps its hues', async () => {
    const cmyk = await readPicture(fixturePath('cmyk.jpg'))
    expect(cmyk.channels).toBe(3)
    const [r1, g1, b1] = pixel(cmyk, 4, 20)
    const [r2, g2, b2] = pixel(cmyk, 28, 20)
    expect(r1! > g1! + 50 && r1! > b1! + 50).toBe(true)
    expect(b2! > r2! + 30 && b2! > g2! + 30).toBe(true)
  })

  test('transparency shows white', async () => {
    const bitmap = await readPicture(fixturePath('transparent.png'))
    expect(bitmap.channels).toBe(3)
    expect(pixel(bitmap, 2, 20)).toEqual([255, 255, 255])
    expect(pixel(bitmap, 12, 20)).toEqual([200, 40, 40])
  })
})

describe('bad files are refused in one line', () => {
  test('missing, folder, empty, not a picture', async () => {
    expect(await refusal(path.join(folder, 'none.png'))).toMatch(/^PictureError: .*no such file/)
    expect(await refusal(folder)).toMatch(/found a folder/)
    const empty = path.join(folder, 'empty.jpg')
    await writeFile(empty, '')
    expect(await refusal(empty)).toMatch(/is empty/)
    const text = path.join(folder, 'text.jpg')
    await writeFile(text, 'a portrait in words\n'.repeat(20))
    expect(await refusal(text)).toMatch(/not a picture/)
    const svg = path.join(folder, 'drawing.svg')
    await writeFile(
      svg,
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
    )
    expect(await refusal(svg)).toMatch(/found svg/)
  })

  test('truncated JPEG and PNG', async () => {
    const { color } = readFixture<{ color: StoredBitmap }>('resample')
    const picture = sharp(Buffer.from(unpack(color).data), { raw: { width: 37, height: 29, channels: 3 } })
    const big = picture.resize(400, 300)
    for (const [name, bytes] of [
      ['cut.jpg', await big.clone().jpeg().toBuffer()],
      ['cut.png', await big.clone().png().toBuffer()],
      ['cut.webp', await big.clone().webp().toBuffer()],
    ] as const) {
      const file = path.join(folder, name)
      await writeFile(file, bytes)
      expect((await readPicture(file)).width).toBe(400)
      await writeFile(file, bytes.subarray(0, Math.floor(bytes.length * 0.6)))
      expect(await refusal(file)).toMatch(/^PictureError: .*(damaged or incomplete|not a picture)/)
    }
  })

  test('50,000 pixels wide, before anything is allocated', async () => {
    const file = path.join(folder, 'wide.png')
    await sharp({ create: { width: 50_000, height: 2000, channels: 3, background: 'white' }, limitInputPixels: false })
      .png({ compressionLevel: 1 })
      .toFile(file)
    const before = process.memoryUsage().rss
    expect(await refusal(file)).toMatch(/50000×2000 pixels are too many/)
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
  })
})

describe('written pictures', () => {
  test('come back exactly, byte for byte the same file each time', async () => {
    const { color, gray } = readFixture<{ color: StoredBitmap; gray: StoredBitmap }>('resample')
    for (const stored of [color, gray]) {
      const bitmap = unpack(stored)
      const file = path.join(folder, 'new', 'folder', `${bitmap.channels}.png`)
      await writePicture(file, bitmap)
      const back = await readPicture(file)
      expect(back).toEqual(bitmap)
      expect(await readFile(file)).toEqual(await encodePng(bitmap))
    }
  })

  test('an impossible place is refused in one line', async () => {
    const file = path.join(folder, 'plain-file')
    await writeFile(file, 'x')
    const attempt = writePicture(path.join(file, 'below.png'), createBitmap(2, 2, 1))
    await expect(attempt).rejects.toThrow(/^.*can't be written \([^\n]*$/)
  })
})

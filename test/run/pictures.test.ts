/** What the file of a photograph says goes into the pictures that are made of it, and their pixels stay. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import { openPicture, readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { keepMetadata, writeRunPicture } from '../../src/run/pictures.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-run-pictures-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const noise = (channels: 1 | 3) =>
  createBitmap(
    24,
    16,
    channels,
    Uint8Array.from({ length: 24 * 16 * channels }, (_, i) => (i * 73) % 256),
  )

it('EXIF, profile and resolution; orientation is upright, the place stays, nothing comes twice', async () => {
  const file = join(place, 'photo.jpg')
  await sharp({ create: { width: 16, height: 24, channels: 3, background: '#c84' } })
    .withExif({
      IFD0: { Artist: 'Aunt Ada' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    })
    .withMetadata({ orientation: 6, density: 240 })
    .jpeg()
    .toFile(file)
  const { metadata, bitmap } = await openPicture(file)
  expect([bitmap.width, bitmap.height]).toEqual([24, 16])
  for (const channels of [1, 3] as const) {
    const name = `result-${channels}.png`
    await writeRunPicture(place, name, noise(channels))
    await keepMetadata(place, name, metadata, bitmap)
    const once = readFileSync(join(place, name))
    await keepMetadata(place, name, metadata, bitmap)
    expect(readFileSync(join(place, name)).equals(once)).toBe(true)
    const found = await sharp(join(place, name)).metadata()
    expect(found).toMatchObject({ density: 240, orientation: 1 })
    expect(found.exif?.includes('Aunt Ada')).toBe(true)
    // the tag of the directory that holds the place
    expect(found.exif?.includes(Buffer.from([0x25, 0x88])) || found.exif?.includes(Buffer.from([0x88, 0x25]))).toBe(
      true,
    )
    expect(found.icc !== undefined).toBe(channels === 3)
    expect(await readPicture(join(place, name))).toEqual(noise(channels))
  }
})

it('of another size has no resolution, and 16 bits stay', async () => {
  const deep = { width: 4, height: 3, channels: 1 as const, data: Uint16Array.from({ length: 12 }, (_, i) => i * 5001) }
  await writePicture(join(place, 'deep.png'), deep)
  await keepMetadata(place, 'deep.png', { density: 300 }, { width: 40, height: 30 })
  expect((await sharp(join(place, 'deep.png')).metadata()).density).toBeUndefined()
  expect(await (await openPicture(join(place, 'deep.png'))).samples()).toEqual(deep)
})

/** Batches on the real command line: a folder with a group, a portrait of nobody and a broken file; what is made, kept, listed and linked. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readPicture } from '../../src/images/read.ts'
import { readManifest } from '../../src/run/manifest.ts'
import { batchFolder, planBatch } from '../../src/sweep/batch.ts'
import { readIndex, readPlan } from '../../src/sweep/folder.ts'
import { type Ended, rephoto } from '../cli/spawn.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-batch-'))
const album = join(place, 'album')
const out = join(place, 'out')
const pack = join(place, 'pack')
const faceApi = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'))
const args = (source: string, face: string, folder: string) => [
  ...['run', source, '--face', face, '--out', folder, '--pack', pack, '--threads', '1'],
  ...['--set', 'optimize.steps=[1,1]', '--set', 'output.frames=0'],
]
let first: Ended

beforeAll(async () => {
  makeTinyPack(pack)
  mkdirSync(album)
  // Two of the three people of a photograph that comes with the face detector.
  await sharp(await sharp(join(faceApi, 'demo/sample1.jpg')).resize({ width: 800 }).toBuffer())
    .extract({ left: 80, top: 60, width: 420, height: 380 })
    .withExif({ IFD0: { Artist: 'Aunt Ada' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
    .withDensity(300)
    .jpeg()
    .toFile(join(album, 'group.jpg'))
  writeFileSync(join(album, 'broken.png'), 'no picture')
  writeFileSync(join(album, 'notes.txt'), 'no picture either, and not meant as one')
  first = await rephoto(args(album, 'all', out))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const statuses = (folder: string) =>
  Object.fromEntries(readIndex(folder)!.runs.map(({ name, status }) => [name, status]))

describe('a folder with all faces', () => {
  it('makes a run of each face; one failure ends no other, is listed, and makes the command fail', () => {
    expect(statuses(out)).toEqual({
      broken: 'failed',
      'group-face-1': 'complete',
      'group-face-2': 'complete',
    })
    expect(first.code).toBe(1)
    expect(first.stderr).toMatch(/FAILED {2}broken: .*broken\.png: not a picture that can be read/u)
    expect(first.stderr).toContain('2 complete, 1 failed, 0 left to do')
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    for (const number of [1, 2]) expect(page).toContain(`href="runs/group-face-${number}/report.html"`)
    expect(page).toContain('Face 2 of 2')
    expect(page).toMatch(/<strong>broken<\/strong>: .*not a picture/u)
    expect(readFileSync(join(out, 'runs/group-face-1/report.html'), 'utf8')).toContain('plot-losses')
  })

  it('puts them all into one photograph, which changes where they are, and keeps what its file says', async () => {
    const path = join(out, 'whole/group.png')
    const [before, whole] = [await readPicture(join(album, 'group.jpg')), await readPicture(path)]
    expect([whole.width, whole.height]).toEqual([before.width, before.height])
    const quads = [1, 2].map((n) => readManifest(join(out, `runs/group-face-${n}`)).crop!.quad)
    const isIn = (x: number, y: number) =>
      quads.map((quad) => {
        const [xs, ys] = [quad.map((p) => p[0]), quad.map((p) => p[1])]
        return (
          x >= Math.min(...xs) - 1 && x <= Math.max(...xs) + 1 && y >= Math.min(...ys) - 1 && y <= Math.max(...ys) + 1
        )
      })
    const changed = [0, 0]
    for (let y = 0; y < before.height; y++)
      for (let x = 0; x < before.width; x++) {
        const i = (y * before.width + x) * 3
        const differs = [0, 1, 2].some((c) => whole.data[i + c] !== before.data[i + c])
        const inside = isIn(x, y)
        if (differs) expect(inside).toContain(true)
        inside.forEach((value, n) => {
          if (differs && value) changed[n]!++
        })
      }
    expect(Math.min(...changed)).toBeGreaterThan(200)
    for (const [file, density] of [
      [path, 300],
      [join(out, 'runs/group-face-2/whole.png'), 300],
      [join(out, 'runs/group-face-2/result.png'), undefined],
    ] as const) {
      const metadata = await sharp(file).metadata()
      expect(metadata.exif?.includes('Aunt Ada'), file).toBe(true)
      expect(metadata.icc?.length, file).toBeGreaterThan(100)
      if (density !== undefined) expect(metadata.density, file).toBe(density)
    }
    expect(readdirSync(join(out, 'whole')).sort()).toEqual(['group-faces.png', 'group.png'])
  })

  it('goes on where it was: what is there is not made again, what was mended is', async () => {
    const written = readFileSync(join(out, 'runs/group-face-1/manifest.json'), 'utf8')
    await sharp(join(album, 'group.jpg'))
      .extract({ left: 0, top: 0, width: 220, height: 380 })
      .png()
      .toFile(join(album, 'mended.png'))
    cpSync(join(album, 'mended.png'), join(album, 'broken.png'))
    rmSync(join(album, 'mended.png'))
    const again = await rephoto(args(album, 'all', out))
    expect(again.stderr).toMatch(/3 runs, 2 of them done already, 1 to do/u)
    expect(readFileSync(join(out, 'runs/group-face-1/manifest.json'), 'utf8')).toBe(written)
    expect(again.code, again.stderr).toBe(0)
    expect(statuses(out).broken).toBe('complete')
  })

  it('is not mixed with another', () => {
    const other = { name: 'album', photos: [], faces: 'one' as const, config: {}, sources: [album] }
    expect(() => batchFolder(other, out)).toThrow(
      /expected a new folder, or the batch of the same pictures and settings, found another one; choose another with --out$/u,
    )
  })
})

describe('faces by number', () => {
  it('fail one by one where there is none of that number', async () => {
    const folder = join(place, 'numbers')
    const { code, stderr } = await rephoto(args(join(album, 'group.jpg'), '8,9', folder))
    expect(code).toBe(1)
    expect(statuses(folder)).toEqual({ 'group-face-8': 'failed', 'group-face-9': 'failed' })
    expect(stderr).toMatch(/FAILED {2}group-face-9: there is no face 9; found, from left to right, 1: /u)
  })
})

describe('the plan', () => {
  const request = (photos: string[], config = {}) => ({
    name: 'a b',
    photos,
    faces: 'one' as const,
    config,
    sources: photos,
  })

  it('has names that tell photographs apart', async () => {
    const { inputs } = await planBatch(request(['/x/a.jpg', '/x/a.png', '/y/b.jpg', '/z/b.jpg', '/z/c d.tif']))
    expect(inputs.map(({ name }) => name)).toEqual(['a-jpg', 'a-png', 'y-b-jpg', 'z-b-jpg', 'c-d'])
  })

  it('has a folder of its own, by what was asked for', () => {
    const here = process.cwd()
    process.chdir(place)
    try {
      expect(batchFolder(request(['/x/a.jpg']), undefined)).toBe(join(place, 'reports/a-b'))
      mkdirSync(join(place, 'reports/a-b'), { recursive: true })
      const plan = readPlan(out)
      writeFileSync(join(place, 'reports/a-b/plan.json'), JSON.stringify(plan))
      expect(batchFolder(request(['/x/a.jpg']), undefined)).toBe(join(place, 'reports/a-b-2'))
    } finally {
      process.chdir(here)
    }
  })
})

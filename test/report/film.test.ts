/** Moving pictures of runs: what they show, how long, in both formats, and what can't be shown. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, expect, it } from 'vitest'
import { encodeAnimation } from '../../src/images/animate.ts'
import { createBitmap } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { animateRun } from '../../src/methods/readers.ts'
import { morph } from '../../src/report/film.ts'
import { fabricateRun } from './fabricate.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-film-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const plain = (width: number, height: number, level: number) =>
  createBitmap(width, height, 1, new Uint8Array(width * height).fill(level))

it('goes from the old picture to the new one and back, monotonously, and stands at both ends', async () => {
  const frames = await morph(plain(30, 20, 0), plain(60, 40, 200), { size: 60, seconds: 0.5 })
  const levels = frames.map(({ bitmap }) => bitmap.data[0]!)
  const top = levels.indexOf(200)
  expect(levels[0]).toBe(0)
  expect(top).toBe(10)
  for (let i = 1; i < levels.length; i++) expect(Math.sign(levels[i]! - levels[i - 1]!)).toBe(i <= top ? 1 : -1)
  expect(new Set(frames.map(({ bitmap: { width, height } }) => `${width}×${height}`))).toEqual(new Set(['60×40']))
  expect([frames[0]!.milliseconds, frames[1]!.milliseconds, frames[top]!.milliseconds]).toEqual([1000, 50, 1000])
})

it.each(['webp', 'gif'] as const)('is a %s that other programs read, with its times', async (format) => {
  const frames = [0, 90, 180].map((level, i) => ({ bitmap: plain(40, 30, level), milliseconds: 100 * (i + 1) }))
  const metadata = await sharp(await encodeAnimation(frames, format), { animated: true }).metadata()
  expect(metadata).toMatchObject({ format, pages: 3, pageHeight: 30, width: 40, loop: 0, delay: [100, 200, 300] })
})

it('refuses frames of different sizes, and none', async () => {
  await expect(encodeAnimation([], 'gif')).rejects.toThrow('expected frames to animate, found none')
  const frames = [plain(4, 4, 0), plain(4, 5, 0)].map((bitmap) => ({ bitmap, milliseconds: 10 }))
  await expect(encodeAnimation(frames, 'gif')).rejects.toThrow('expected frames of 4×4, found one of 4×5')
})

it('is made of a run, and says what the run has not', async () => {
  const run = join(place, 'run')
  await fabricateRun(run, { side: 64, frames: 4 })
  const film = { size: 300, seconds: 0.2, force: true }
  const steps = await animateRun(run, { kind: 'steps', ...film, out: join(place, 'steps.gif') })
  // as many frames as fit, small ones enlarged by a whole factor
  expect(await sharp(steps, { animated: true }).metadata()).toMatchObject({ format: 'gif', pages: 4, width: 256 })
  const morphed = await animateRun(run, { kind: 'morph', ...film, out: join(place, 'morph.webp') })
  expect((await sharp(morphed, { animated: true }).metadata()).pages).toBe(8)
  await expect(animateRun(run, { kind: 'whole', ...film, out: `${place}/` })).rejects.toThrow(
    /expected the photograph \(photo\.png\), found none; .*take --what morph$/u,
  )
  await expect(animateRun(run, { kind: 'morph', ...film, force: false, out: morphed })).rejects.toThrow(/found a file/u)
  for (const name of ['photo', 'whole'])
    await writePicture(join(run, `${name}.png`), plain(90, 60, name === 'photo' ? 9 : 99))
  const whole = await animateRun(run, { kind: 'whole', ...film, out: join(place, 'whole.webp') })
  expect(await sharp(whole, { animated: true }).metadata()).toMatchObject({ width: 180, pageHeight: 120 })
  const bare = join(place, 'bare')
  mkdirSync(bare)
  await expect(animateRun(bare, { kind: 'morph', ...film })).rejects.toThrow(/expected a run folder/u)
})

// Edits of a finished run: directions from scored samples, and what an edit of a face is and is not.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { wishesOf } from '../../src/cli/edit.ts'
import type { FaceScores } from '../../src/features/face-scores.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { importedDirection } from '../../src/methods/rephotograph/edit/direction-file.ts'
import { type Direction, type Directions, directionsOf } from '../../src/methods/rephotograph/edit/directions.ts'
import { edit } from '../../src/methods/rephotograph/edit/edit.ts'
import { openForEdits } from '../../src/methods/rephotograph/edit/edited.ts'
import { run } from '../../src/methods/runner.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { ridge } from '../../src/numbers/ridge.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

describe('directions', () => {
  const [n, rows] = [6, 4000]
  const features = Float64Array.from(randomStream(1, 'features').normal(n * rows))
  const noise = randomStream(1, 'noise').normal(rows)
  const at = (row: number, i: number) => features[row * n + i]!

  it('ridge regression finds the weights, and how much they tell', () => {
    const values = Float64Array.from({ length: rows }, (_, r) => 40 + 3 * at(r, 0) - 4 * at(r, 2) + 5 * noise[r]!)
    const { weights, offset, r2 } = ridge(features, values, n)
    expect([...weights].map((w) => Math.round(w) + 0)).toEqual([3, 0, -4, 0, 0, 0])
    expect(Math.abs(offset - 40)).toBeLessThan(0.5)
    // Half of the variance is of the weights, half is noise.
    expect(Math.abs(r2 - 0.5)).toBeLessThan(0.06)
  })

  it('are orthogonal to what the other scores depend on, in the whitened latents, and one deviation long', () => {
    const scores = Array.from({ length: rows }, (_, r): FaceScores => {
      // Who is older is also more often male here.
      const age = 10 * at(r, 0)
      return { age, male: at(r, 1) + 0.5 * at(r, 0), smile: at(r, 2) + 0.1 * noise[r]!, yaw: at(r, 3) }
    })
    const matrix = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 / (1 + i / n) : 0))
    matrix[n] = 0.25
    const prior = { dimension: n, mean: new Float64Array(n), matrix }
    const directions = directionsOf(features, scores, prior)
    const whitened = (step: Float32Array) =>
      Array.from({ length: n }, (_, i) => step.reduce((sum, v, j) => sum + (j <= i ? matrix[i * n + j]! * v : 0), 0))
    const age = whitened(directions.age.step)
    expect(Math.hypot(...age)).toBeCloseTo(1, 5)
    // Of "male" it takes 0.5·x0 + x1 = 0, which leaves (2, −1)/√5.
    expect(age[0]! * 0.5 + age[1]!).toBeCloseTo(0, 1)
    expect(age[0]!).toBeCloseTo(1 / Math.sqrt(1.25), 1)
    expect(directions.age.perStep).toBeCloseTo(10 / Math.sqrt(1.25), 0)
    expect(directions.age.r2).toBeGreaterThan(0.99)
    expect(whitened(directions.smile.step)[2]).toBeCloseTo(1, 2)
  })
})

describe('an edit', () => {
  const place = mkdtempSync(join(tmpdir(), 'rephoto-edit-'))
  const folder = join(place, 'run')
  beforeAll(async () => {
    const pack = makeTinyPack(join(place, 'pack'))
    const picture = join(place, 'input.png')
    const pixels = formulaImage('portrait', 1, 80, 80)
    await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
    const tune = { steps: 2, lr: 0.003, locality: { weight: 0, reach: 0.5 } }
    await run({ config: { ...tinyConfig(pack, picture), optimize: { steps: [1, 1] }, tune }, out: folder })
  })
  afterAll(() => rmSync(place, { recursive: true }))

  const direction = (name: string): Direction => ({ step: formulaValues(name, 32, 0.5), perStep: 1, r2: 1 })
  const directions: Directions = {
    age: direction('age'),
    male: direction('male'),
    smile: direction('smile'),
    yaw: direction('yaw'),
  }
  const known = async () => directions

  it('of nothing is the result of the run, tuned generator and all', async () => {
    const opened = await openForEdits(folder)
    const same = await edit(opened, { steps: { smile: 0 } }, known)
    expect(same.picture).toEqual(await readPicture(join(folder, 'result.png')))
    expect(same.after.identity).toBeCloseTo(1, 6)
    await opened.close()
  })

  it('moves the layers it is told to, by as many steps', async () => {
    const opened = await openForEdits(folder)
    const { latent } = await edit(opened, { steps: { smile: 2, yaw: -1 }, layers: [1, 3] }, known)
    const moved = latent.map((v, i) => v - opened.latent[i]!)
    const expected = (i: number) => 2 * directions.smile.step[i]! - directions.yaw.step[i]!
    for (let i = 0; i < moved.length; i++) {
      const layer = Math.floor(i / 32)
      expect(Math.abs(moved[i]! - (layer === 1 || layer === 2 ? expected(i % 32) : 0))).toBeLessThan(1e-5)
    }
    await opened.close()
  })

  it('towards an age ends nearer to it than it began', async () => {
    const opened = await openForEdits(folder)
    const { before, after, wantedAge } = await edit(opened, { steps: {}, age: 3 }, known)
    expect(wantedAge).toBeCloseTo(before.age + 3, 6)
    expect(Math.abs(after.age - wantedAge!)).toBeLessThanOrEqual(3)
    await opened.close()
  })

  it('takes directions of others: InterFaceGAN’s row, GANSpace’s components in their deviations', () => {
    const path = join(place, 'pca.safetensors')
    const comp = formulaValues('comp', 3 * 32)
    writeSafetensors(path, {
      mean: { dtype: 'F32', shape: [1, 32], data: new Float32Array(32) },
      comp: { dtype: 'F32', shape: [3, 1, 32], data: comp },
      std: { dtype: 'F32', shape: [3], data: Float32Array.from([5, 2, 1]) },
    })
    expect([...importedDirection(path, 32, 1)]).toEqual([...comp.slice(32, 64).map((v) => 2 * v)])
    expect(() => importedDirection(path, 512)).toThrow(/expected a direction of 512 numbers.*found comp \[3, 1, 32\]/u)
    expect(() => importedDirection(path, 32, 3)).toThrow(/expected a row below 3, found 3/u)
  })
})

it('of a run that another generator made is refused in one line', async () => {
  const place = mkdtempSync(join(tmpdir(), 'rephoto-edit-other-'))
  const [pack, folder] = [join(place, 'pack'), join(place, 'run')]
  makeTinyPack(pack)
  const picture = join(place, 'input.png')
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
  await run({ config: { ...tinyConfig(pack, picture), optimize: { steps: [1] } }, out: folder })
  await (await openForEdits(folder)).close()
  const weights = join(pack, 'stylegan2.safetensors')
  const bytes = readFileSync(weights)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(weights, bytes)
  await expect(openForEdits(folder)).rejects.toThrow(
    /^pack tiny: expected the weights that this run began with, found another stylegan2 \(expected sha256 \w{12}…, found \w{12}…\); put them back, or start the run anew$/u,
  )
  rmSync(place, { recursive: true })
})

const none = { run: '', 'keep-age': false, row: 0, by: 1, whole: false, force: false }
it.each([
  [{}, /expected what to edit/u],
  [{ age: '+20', 'keep-age': true }, /expected --age or --keep-age, found both/u],
  [{ age: 'old' }, /--age: expected years from -80 to \+80, found old/u],
  [{ smile: 9 }, /--smile: expected a number from −6 to 6, found 9/u],
  [{ smile: 1, layers: '5' }, /--layers: expected a-b, such as 0-5, found 5/u],
])('options %o are refused in one line', (options, message) => {
  expect(() => wishesOf({ ...none, ...options })).toThrow(message)
})

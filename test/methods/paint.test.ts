// Painting from end to end with a tiny network: any shape and size, strength, the square put back, what it says of what it can't do.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import type { Fragment } from '../../src/config/load.ts'
import { openWhole, requireWholeMemory, wholeSides } from '../../src/forward/whole.ts'
import { type Bitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import { openNetworkFile } from '../../src/models/network-file.ts'
import { painterOf } from '../../src/painters/painter.ts'
import { formulaImage } from '../support/formula.ts'
import { facePoints } from '../support/landmarks.ts'
import { filledWith, resnetShapes, unetShapes } from '../support/painter-tensors.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'
import { formulaTensors, srvggShapes } from '../support/upscaler-tensors.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-paint-'))
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

const [WIDTH, HEIGHT] = [45, 37]
const pictureOf = (width: number, height: number): Bitmap =>
  fromPlanar(formulaImage('paint', 3, height, width), { channels: 3, width, height }, '01', 'round')

function writeNetwork(name: string, tensors: ReadonlyMap<string, { shape: readonly number[]; read(): Float32Array }>) {
  const entries = [...tensors].map(
    ([key, { shape, read }]) => [key, { dtype: 'F32' as const, shape, data: read }] as const,
  )
  writeSafetensors(at(name), Object.fromEntries(entries))
}

beforeAll(async () => {
  makeTinyPack(at('bare'))
  writeNetwork('net.safetensors', filledWith('tiny', resnetShapes(1, 4)))
  writeNetwork('unet.safetensors', filledWith('tiny', unetShapes(5, 4)))
  writeNetwork('upscaler.safetensors', formulaTensors('up', srvggShapes(1, { width: 6, scale: 2 })))
  await writePicture(at('any.png'), pictureOf(WIDTH, HEIGHT))
  await writePicture(at('photo.png'), pictureOf(260, 240))
  writeFileSync(at('points.json'), JSON.stringify(facePoints.map(([x, y]) => [x + 66, y + 40])))
})

const config = (change: Fragment = {}): Fragment => ({
  method: 'paint',
  input: at('any.png'),
  threads: 1,
  network: { file: at('net.safetensors') },
  align: { mode: 'none' },
  ...change,
})

let runs = 0
const carryOut = (change: Fragment = {}) => run({ config: config(change), out: at(`run${++runs}`) })

describe('a picture of any shape', () => {
  it('goes through the network whole, and the same result again', async () => {
    const { folder, status, summary } = await carryOut()
    expect(status).toBe('complete')
    expect(readdirSync(folder).sort()).toEqual([
      ...['config.json', 'input.png', 'manifest.json', 'metrics.json', 'report.html', 'result.png'],
    ])
    expect(summary).toMatch(/^\d+\.\d levels off the photograph$/u)
    const { weights } = openNetworkFile(at('net.safetensors'), ['painter'], 'a network that paints')
    const planes = Float32Array.from(pictureOf(WIDTH, HEIGHT).data, (v) => v / 255)
    const data = Float32Array.from({ length: planes.length }, (_, i) => {
      const area = WIDTH * HEIGHT
      return planes[3 * (i % area) + Math.floor(i / area)]!
    })
    const pass = await openWhole(painterOf(weights), { width: WIDTH, height: HEIGHT }, { threads: 1 })
    const expected = fromPlanar(await pass.run(data), { channels: 3, width: WIDTH, height: HEIGHT }, '01', 'round')
    expect((await readPicture(join(folder, 'result.png'))).data).toEqual(expected.data)
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Photograph and painting')
  })

  it('is painted by the pack’s network where no other is named', async () => {
    const { folder } = await carryOut({ network: { file: null } })
    const painted = await readPicture(join(folder, 'result.png'))
    expect([painted.width, painted.height]).toEqual([WIDTH, HEIGHT])
    expect(painted.data).not.toEqual(pictureOf(WIDTH, HEIGHT).data)
  })

  it('is brought to the size that is wanted, and to sides that the network can have', async () => {
    const { folder } = await carryOut({ size: 80, network: { file: at('unet.safetensors') } })
    const { width, height } = await readPicture(join(folder, 'result.png'))
    expect([width, height]).toEqual([80, 66])
    expect(
      wholeSides(painterOf(openNetworkFile(at('unet.safetensors'), ['painter'], '').weights), { width, height }),
    ).toEqual({ width: 96, height: 96 })
  })

  it('is mixed with its painting by the strength', async () => {
    const { folder } = await carryOut({ strength: 0.25 })
    const [photo, painted, result] = await Promise.all(
      ['input.png', 'painted.png', 'result.png'].map((name) => readPicture(join(folder, name))),
    )
    expect(photo!.data).toEqual(pictureOf(WIDTH, HEIGHT).data)
    const off = result!.data.map((v, i) => Math.abs(v - 0.75 * photo!.data[i]! - 0.25 * painted!.data[i]!))
    expect(Math.max(...off)).toBeLessThanOrEqual(0.5)
  })
})

describe('a portrait', () => {
  const aligned: Fragment = {
    input: at('photo.png'),
    size: 64,
    align: { landmarks: at('points.json'), doubt: 'accept' },
  }

  it('is cut out by its face, painted and put back', async () => {
    const output = { file: at('whole.png'), what: 'whole', replace: true }
    const { folder } = await carryOut({ ...aligned, output })
    const files = readdirSync(folder)
    for (const name of ['input.png', 'result.png', 'photo.png', 'outline.png', 'whole.png'])
      expect(files).toContain(name)
    const [photo, whole] = [pictureOf(260, 240), await readPicture(join(folder, 'whole.png'))]
    expect((await readPicture(at('whole.png'))).data).toEqual(whole.data)
    const changed = (x: number, y: number) =>
      [0, 1, 2].some((c) => whole.data[3 * (y * 260 + x) + c] !== photo.data[3 * (y * 260 + x) + c])
    expect([changed(0, 0), changed(259, 239), changed(130, 115)]).toEqual([false, false, true])
    // In the middle of its square is the painting and nothing else.
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
      crop: { quad: number[][] }
      paste: object
    }
    expect(manifest.paste).toEqual({ mode: 'plain' })
    const result = await readPicture(join(folder, 'result.png'))
    const [[left, top], , , [right]] = manifest.crop.quad as [number[], number[], number[], number[]]
    const step = (right! - left!) / 64
    const mean = (bitmap: Bitmap, x: number, y: number, reach: number) => {
      let sum = 0
      for (let j = -reach; j <= reach; j++)
        for (let i = -reach; i <= reach; i++) sum += bitmap.data[3 * ((y + j) * bitmap.width + x + i)]!
      return sum / (2 * reach + 1) ** 2
    }
    for (const place of [24, 32, 40]) {
      const there = mean(whole, Math.round(left! + place * step), Math.round(top! + place * step), Math.round(2 * step))
      expect(Math.abs(there - mean(result, place, place, 2))).toBeLessThan(12)
    }
  })

  it('goes to its end again after a kill, without its photograph', async () => {
    const { folder } = await carryOut(aligned)
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>
    cpSync(folder, at('killed'), { recursive: true })
    writeFileSync(join(at('killed'), 'manifest.json'), JSON.stringify({ ...manifest, status: 'partial', stepsDone: 0 }))
    rmSync(join(at('killed'), 'result.png'))
    await resumeRun(at('killed'))
    expect(readFileSync(join(at('killed'), 'result.png'))).toEqual(readFileSync(join(folder, 'result.png')))
    expect(readFileSync(join(at('killed'), 'whole.png'))).toEqual(readFileSync(join(folder, 'whole.png')))
  })
})

describe('what cannot be is one line', () => {
  it.each([
    [
      { network: { file: at('upscaler.safetensors') } },
      /upscaler\.safetensors: expected a network that paints, found SRVGG ×2[^\n]*$/u,
    ],
    [{ network: { file: at('any.png') } }, /any\.png: not a weight file: it is a picture[^\n]*$/u],
    [
      { network: { file: null }, pack: at('bare') },
      /^pack [^\n]*: expected a network that paints, found none; name a file of one with --network[^\n]*$/u,
    ],
    [{ output: { file: null, what: 'whole' } }, /output\.what[^\n]*align\.mode "none"[^\n]*$/u],
    [{ strength: 1.5 }, /strength[^\n]*$/u],
  ] as [Fragment, RegExp][])('%j', async (change, words) => {
    await expect(carryOut(change)).rejects.toThrow(words)
  })

  it('memory, with a size that fits', () => {
    const network = painterOf(openNetworkFile(at('net.safetensors'), ['painter'], '').weights)
    expect(() => requireWholeMemory(network, { width: 3000, height: 2000 }, 1e8)).toThrow(
      /^not enough memory: expected \d+\.\d GB for 3000×2000 px by a CycleGAN ResNet[^\n]*; --size \d+ fits$/u,
    )
  })
})

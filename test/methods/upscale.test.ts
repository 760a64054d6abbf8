// Enlarging from end to end with a tiny network: what a run leaves and keeps of the file, its sizes, what it says of bad input.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import type { Fragment } from '../../src/config/load.ts'
import { createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { openPicture, readPicture } from '../../src/images/read.ts'
import { resizeSamples } from '../../src/images/resize-samples.ts'
import { writePicture } from '../../src/images/write.ts'
import { run } from '../../src/methods/runner.ts'
import { atFullSize, inventedDetail } from '../../src/methods/upscale/detail.ts'
import { requireMemory } from '../../src/methods/upscale/sizes.ts'
import { formulaImage } from '../support/formula.ts'
import { formulaTensors, srvggShapes } from '../support/upscaler-tensors.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-upscale-'))
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

const [WIDTH, HEIGHT] = [40, 28]
const pixels = (channels: 1 | 3) => {
  const planar = formulaImage('upscale', channels, HEIGHT, WIDTH)
  return fromPlanar(planar, { channels, width: WIDTH, height: HEIGHT }, '01', 'round')
}

beforeAll(async () => {
  // Its last layer is small: the result is the input with a little added.
  const tensors = formulaTensors('up', srvggShapes(1, { width: 6, scale: 2 }))
  const written = [...tensors].map(([key, { shape, read }]) => {
    const data = () => (key.startsWith('body.4') ? read().map((v) => v / 20) : read())
    return [key, { dtype: 'F32', shape, data }] as const
  })
  writeSafetensors(at('net.safetensors'), Object.fromEntries(written))
  await writePicture(at('color.png'), pixels(3))
  await writePicture(at('gray.png'), pixels(1))
})

const config = (input: string, change: Fragment = {}): Fragment => ({
  method: 'upscale',
  input: at(input),
  threads: 1,
  network: { file: at('net.safetensors') },
  output: { file: at(`out-${input}`), replace: true },
  ...change,
})

let runs = 0
const carryOut = (input: string, change: Fragment = {}) =>
  run({ config: config(input, change), out: at(`run${++runs}`) })

describe('a run', () => {
  it('leaves its pictures, numbers and report, and the same result again', async () => {
    const { folder, summary, metrics, status } = await carryOut('color.png')
    expect(status).toBe('complete')
    expect(readdirSync(folder).sort()).toEqual([
      'config.json',
      'detail.png',
      'input.png',
      'invented.png',
      'manifest.json',
      'metrics.json',
      'plain.png',
      'report.html',
      'result.png',
    ])
    expect(summary).toMatch(/^at the input's size \d+\.\d levels off it, \d+\.\d % of the pixels visibly$/)
    expect(metrics!['sharpness.gain']).toBeGreaterThan(0)
    const result = await readPicture(join(folder, 'result.png'))
    expect([result.width, result.height]).toEqual([2 * WIDTH, 2 * HEIGHT])
    expect((await readPicture(at('out-color.png'))).data).toEqual(result.data)
    const tiled = await carryOut('color.png', { tiles: { side: 24 } })
    const other = await readPicture(join(tiled.folder, 'result.png'))
    expect(Math.max(...result.data.map((v, i) => Math.abs(v - other.data[i]!)))).toBeLessThanOrEqual(1)
    const flipped = await readPicture(join((await carryOut('color.png', { flips: true })).folder, 'result.png'))
    expect(flipped.data).not.toEqual(result.data)
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Without and with the network')
  })

  it('makes any size', async () => {
    for (const [size, expected] of [
      [{ scale: 1.5 }, [60, 42]],
      [{ scale: 5 }, [200, 140]],
      [{ width: 33 }, [33, 23]],
    ] as const) {
      await carryOut('color.png', { size })
      const { width, height } = await readPicture(at('out-color.png'))
      expect([width, height]).toEqual(expected)
    }
  })

  it('goes to its end again after a kill', async () => {
    const { folder } = await carryOut('color.png')
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>
    const result = readFileSync(join(folder, 'result.png'))
    cpSync(folder, at('killed'), { recursive: true })
    writeFileSync(join(at('killed'), 'manifest.json'), JSON.stringify({ ...manifest, status: 'partial', stepsDone: 0 }))
    rmSync(join(at('killed'), 'result.png'))
    const { resumeRun } = await import('../../src/methods/runner.ts')
    await resumeRun(at('killed'))
    expect(readFileSync(join(at('killed'), 'result.png'))).toEqual(result)
  })

  it('stops between two tiles, and leaves no file', async () => {
    const controller = new AbortController()
    const { status } = await run(
      { config: config('color.png', { tiles: { side: 20 }, output: { file: at('stopped.png') } }), out: at('stopped') },
      (event) => event.type === 'tile' && event.done === 2 && controller.abort(),
      controller.signal,
    )
    expect(status).toBe('partial')
    expect(existsSync(at('stopped.png'))).toBe(false)
  })
})

describe('what the file of the input says is kept', () => {
  it('16 bits, resolution and EXIF', async () => {
    const deep = Uint16Array.from(pixels(3).data, (v, i) =>
      v * 257 + (i % 200) - 100 < 0 ? 0 : Math.min(65535, v * 257 + (i % 200)),
    )
    await sharp(deep, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .toColourspace('rgb16')
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .withDensity(300)
      .png()
      .toFile(at('deep.png'))
    await carryOut('deep.png')
    const { source, metadata, samples } = await openPicture(at('out-deep.png'))
    expect(source).toMatchObject({ bits: 16, gray: false, alpha: false })
    expect(Math.round(metadata.density!)).toBe(300)
    expect(Buffer.from(metadata.exif!).toString('latin1')).toContain('somebody')
    expect((await samples()).data.some((v) => v % 257 !== 0)).toBe(true)
  })

  it('gray, also where it is stored in colour', async () => {
    await carryOut('gray.png')
    expect((await openPicture(at('out-gray.png'))).source.gray).toBe(true)
    const gray = pixels(1)
    await writePicture(
      at('three.png'),
      createBitmap(
        WIDTH,
        HEIGHT,
        3,
        Uint8Array.from({ length: 3 * gray.data.length }, (_, i) => gray.data[Math.floor(i / 3)]!),
      ),
    )
    await carryOut('three.png')
    const { data, channels } = await readPicture(at('out-three.png'))
    expect(channels).toBe(3)
    for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]])
  })

  it.each(['network', 'bicubic'] as const)('transparency, enlarged by %s', async (alpha) => {
    const opaque = pixels(3)
    const plane = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => (i % WIDTH < 20 ? 0 : 255))
    await writePicture(at('alpha.png'), { ...opaque, alpha: plane })
    const { folder } = await carryOut('alpha.png', { alpha })
    const { source, samples } = await openPicture(at('out-alpha.png'))
    expect(source.alpha).toBe(true)
    const found = (await samples()).alpha!
    const row = found.subarray(10 * 2 * WIDTH, 11 * 2 * WIDTH)
    expect(Math.max(...row.subarray(4, 30))).toBeLessThan(64)
    expect(Math.min(...row.subarray(50, 76))).toBeGreaterThan(192)
    const { warnings } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { warnings: string[] }
    expect(warnings).toEqual([])
  })
})

describe('bad input', () => {
  it('a picture of one pixel is enlarged', async () => {
    await writePicture(at('one.png'), createBitmap(1, 1, 3, Uint8Array.of(200, 100, 50)))
    await carryOut('one.png')
    expect(await readPicture(at('out-one.png'))).toMatchObject({ width: 2, height: 2 })
  })

  it('a file that is there is not replaced unless told so, an input never', async () => {
    await writePicture(at('there.png'), pixels(1))
    const before = readFileSync(at('there.png'))
    await expect(carryOut('color.png', { output: { file: at('there.png') } })).rejects.toThrow(
      /expected a name that is free, found a file/,
    )
    await expect(carryOut('color.png', { output: { file: at('color.png'), replace: true } })).rejects.toThrow(
      /expected another file than the input/,
    )
    expect(readFileSync(at('there.png'))).toEqual(before)
    expect(existsSync(at(`run${runs}`))).toBe(false)
  })

  it('a result that would not fit into memory is refused before anything is computed', () => {
    const picture = { width: 10_000, height: 10_000, channels: 3 as const, data: new Uint8Array(0) }
    expect(() => requireMemory(picture, { scale: 4 } as never, { width: 40_000, height: 40_000 }, 8e9)).toThrow(
      /^not enough memory: 10000×10000 becomes 40000×40000, expected 20\.4 GB for it, found 8\.0 GB free; use a smaller --scale, or enlarge it in parts$/,
    )
    expect(() => requireMemory(picture, { scale: 4 } as never, { width: 10_000, height: 10_000 }, 8e9)).not.toThrow()
  })

  it('keys that contradict each other, and a network that is none', async () => {
    await expect(carryOut('color.png', { size: { scale: 2, width: 50 } })).rejects.toThrow(
      /expected a scale or a width, found both/,
    )
    await expect(carryOut('color.png', { network: { blend: at('net.safetensors') } })).rejects.toThrow(
      /expected network\.file beside network\.blend/,
    )
    await expect(carryOut('color.png', { network: { file: at('color.png') } })).rejects.toThrow(
      /color\.png: not a weight file: it is a picture/,
    )
    await expect(carryOut('color.png', { tiles: { side: 3 } })).rejects.toThrow(
      /expected 0 or a tile of at least 16 px/,
    )
    await expect(carryOut('color.png', { tiles: { side: 32, margin: 16 } })).rejects.toThrow(
      /expected tiles of at least 33 px/,
    )
    expect(existsSync(at(`run${runs}`))).toBe(false)
  })
})

describe('invented detail', () => {
  it('is what the result brought back to the size of the input does not share with it', () => {
    const input = createBitmap(4, 4, 1, new Uint8Array(16).fill(100))
    const same = createBitmap(8, 8, 1, new Uint8Array(64).fill(100))
    expect(inventedDetail(input, same)).toMatchObject({ rms: 0, visible: 0 })
    const other = createBitmap(
      8,
      8,
      1,
      same.data.map((v, i) => (i % 8 < 2 && i < 16 ? 180 : v)),
    )
    const { rms, visible, map } = inventedDetail(input, other)
    // One pixel of sixteen, 80 levels brighter.
    expect([rms, visible]).toEqual([20, 1 / 16])
    expect([...map.data.subarray(0, 3)]).toEqual([220, 30, 30])
    expect([...map.data.subarray(3, 6)]).toEqual([178, 178, 178])
  })
})

it('shows at full size where the network did most', () => {
  const plain = createBitmap(1200, 500, 1, new Uint8Array(600_000).fill(90))
  const result = createBitmap(
    1200,
    500,
    1,
    plain.data.map((v, i) => (i % 1200 > 1150 && i < 12_000 ? 200 : v)),
  )
  const { width, height, data } = atFullSize(plain, result)
  expect([width, height]).toEqual([968, 480])
  // The upper right corner, at the right of the sheet.
  expect([data[3 * 967], data[3 * 479], data[3 * 484]]).toEqual([200, 90, 255])
})

it('resizes 16 bits as 8, only finer', () => {
  const picture = pixels(3)
  const deep = { ...picture, data: Uint16Array.from(picture.data, (v) => v * 257) }
  for (const [w, h] of [
    [17, 11],
    [91, 60],
  ] as const) {
    const a = resizeSamples(picture, w, h, 'lanczos').data
    const b = resizeSamples(deep, w, h, 'lanczos').data
    expect(Math.max(...a.map((v, i) => Math.abs(v - b[i]! / 257)))).toBeLessThan(1.3)
  }
})

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/config/merge.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { readPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { encodeFile } from '../../src/methods/rephotograph/encode-file.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { readLosses } from '../../src/run/losses.ts'
import { type Manifest, readManifest, writeManifest } from '../../src/run/manifest.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-run-'))
const pack = join(place, 'pack')
const input = join(place, 'input.png')
beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(input, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
})
afterAll(() => rmSync(place, { recursive: true }))

/** What two equal runs must share byte for byte. */
const exact = [
  'losses.csv',
  'initial.safetensors',
  'final.safetensors',
  'result.png',
  'result-fresh.png',
  'degraded.png',
  'target.png',
  'sibling.png',
  'aligned.png',
  'metrics.json',
]
const bytes = (folder: string) =>
  Object.fromEntries(exact.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]))

describe('a run', () => {
  const whole = join(place, 'whole')
  const events: RunEvent[] = []

  it('goes through all phases and leaves everything it promises', async () => {
    const result = await run({ config: tinyConfig(pack, input), out: whole }, (event) => events.push(event))
    expect(result).toMatchObject({ folder: whole, status: 'complete', stepsDone: 7, stepsTotal: 7 })
    expect(readdirSync(whole).sort()).toEqual(
      [...exact, 'config.json', 'frames', 'manifest.json', 'report.html'].sort(),
    )
    expect(readdirSync(join(whole, 'frames')).sort()).toEqual(['0000.png', '0002.png', '0005.png', '0007.png'])
    const phases = events.flatMap((event) => (event.type === 'phase' ? [event.name] : []))
    expect(phases.filter((name, i) => name !== phases[i - 1])).toEqual([
      'align',
      'encode',
      'sibling',
      'match',
      'compile',
      'optimize',
      'write',
      'measure',
    ])
    expect(events.filter(({ type }) => type === 'step')).toHaveLength(7)

    const manifest = readManifest(whole)
    expect(manifest).toMatchObject({ status: 'complete', stepsDone: 7, threads: 1, seed: 0 })
    expect(manifest.pack.files).toHaveLength(7)
    const rows = readLosses(join(whole, 'losses.csv'))
    expect(rows.map(({ stage }) => stage)).toEqual([0, 0, 0, 1, 1, 1, 1])
    expect(Object.keys(rows[0]!.losses.terms)).toEqual(['face', 'eye', 'contextual', 'colorTransfer', 'noise'])
    expect(Object.keys(rows[0]!.camera)).toEqual(['response.gamma', 'response.offset', 'response.gain'])
  })

  it('repeated from its own config is the same, byte for byte', async () => {
    const again = join(place, 'again')
    const config = JSON.parse(readFileSync(join(whole, 'config.json'), 'utf8')) as JsonObject
    await run({ config, out: again })
    expect(bytes(again)).toEqual(bytes(whole))
  })

  it('with another seed begins elsewhere', async () => {
    const file = join(place, 'seed-latent.safetensors')
    const { sibling } = await encodeFile({ ...tinyConfig(pack, input), seed: 1 }, file)
    expect(readFileSync(sibling).toString('base64')).not.toBe(bytes(whole)['sibling.png'])
    const same = await encodeFile(tinyConfig(pack, input), join(place, 'same.safetensors'))
    expect(readFileSync(same.sibling).toString('base64')).toBe(bytes(whole)['sibling.png'])
  })

  it('stopped between two stages is partial, and continued ends like one that was not', async () => {
    const stop = 3
    const folder = join(place, `stopped-${stop}`)
    const controller = new AbortController()
    const observer = (event: RunEvent) => {
      if (event.type === 'step' && event.step === stop) controller.abort()
    }
    const partial = await run({ config: tinyConfig(pack, input), out: folder }, observer, controller.signal)
    expect(partial).toMatchObject({ status: 'partial', stepsDone: stop })
    expect(readManifest(folder).status).toBe('partial')
    const names = readdirSync(folder)
    expect(names).toContain('result-partial.png')
    expect(names).not.toContain('result.png')

    // Somebody edits config and manifest alike: the state still knows.
    const before = readManifest(folder)
    const config = readFileSync(join(folder, 'config.json'), 'utf8')
    writeFileSync(join(folder, 'config.json'), config.replace(/"lr": 0\.01\b/u, '"lr": 7'))
    const edited = { ...before.binding!, config: { ...before.binding!.config, 'optimize.lr': '7' } }
    writeManifest(folder, { ...before, binding: edited })
    await expect(resumeRun(folder)).rejects.toThrow(
      /state\.safetensors: expected the state of this run, found one with another config than manifest\.json says/u,
    )
    writeFileSync(join(folder, 'config.json'), config)
    writeManifest(folder, before)

    expect(await resumeRun(folder)).toMatchObject({ status: 'complete', stepsDone: 7 })
    expect(readdirSync(folder).sort()).toEqual(readdirSync(whole).sort())
    expect(bytes(folder)).toEqual(bytes(whole))
    expect(readdirSync(join(folder, 'frames'))).toEqual(readdirSync(join(whole, 'frames')))
    await expect(resumeRun(folder)).rejects.toThrow(/found a complete one/u)
  })
})

describe('a run that is continued', () => {
  const folder = join(place, 'early')
  const again = (change: (manifest: Manifest) => void) => {
    const manifest = readManifest(folder)
    change(manifest)
    writeManifest(folder, manifest)
  }
  beforeAll(async () => {
    const stopped = AbortSignal.abort()
    const { status, stepsDone } = await run({ config: tinyConfig(pack, input), out: folder }, () => {}, stopped)
    expect({ status, stepsDone }).toEqual({ status: 'partial', stepsDone: 0 })
    expect(await readPicture(join(folder, 'result-partial.png'))).toEqual(
      await readPicture(join(folder, 'sibling.png')),
    )
  })

  it('says that its weights are others now, and that somebody else is at it', async () => {
    const [first] = readManifest(folder).pack.files
    again(({ pack: { files } }) => Object.assign(files[0]!, { sha256: '0'.repeat(64) }))
    await expect(resumeRun(folder)).rejects.toThrow(
      /expected the weights that this run began with, found another stylegan2/u,
    )
    again((manifest) => {
      Object.assign(manifest.pack.files[0]!, first)
      manifest.status = 'running'
    })
    const lock = join(folder, 'lock')
    mkdirSync(lock)
    writeFileSync(join(lock, `${process.ppid}.1.${hostname()}`), '.')
    await expect(resumeRun(folder)).rejects.toThrow(/expected a run that nobody works on, found process \d+/u)
    rmSync(lock, { recursive: true })
    const { binding } = readManifest(folder)
    again((manifest) => {
      delete manifest.binding
      manifest.process = { pid: process.ppid, host: hostname() }
    })
    await expect(resumeRun(folder), 'a run of an earlier version').rejects.toThrow(/found process \d+/u)
    again((manifest) => {
      manifest.binding = binding!
    })
  })

  it('is bound to its config: what was edited is named, key by key', async () => {
    const path = join(folder, 'config.json')
    const text = readFileSync(path, 'utf8')
    const config = JSON.parse(text) as { seed: number; optimize: { steps: number[]; lr: number } }
    config.seed = 99
    config.optimize.steps = [3, 3]
    writeFileSync(path, JSON.stringify(config))
    await expect(resumeRun(folder)).rejects.toThrow(
      /config\.json: seed: expected 0, found 99, optimize\.steps: expected \[3,4\], found \[3,3\].*put them back, or start another/u,
    )
    const { binding } = readManifest(folder)
    again((manifest) => {
      delete manifest.binding
      manifest.process = { pid: 2 ** 22 + 1, host: hostname() }
    })
    await expect(resumeRun(folder), 'a run of an earlier version').rejects.toThrow(/seed: expected 0, found 99/u)
    again((manifest) => {
      manifest.binding = binding!
    })
    writeFileSync(path, text)
  })

  it('is bound to its picture and to what was prepared from it, also after the preparation', async () => {
    const picture = readFileSync(input)
    writeFileSync(input, readFileSync(join(folder, 'sibling.png')))
    await expect(resumeRun(folder)).rejects.toThrow(
      /input\.png: expected the picture that this run began with \(sha256 /u,
    )
    writeFileSync(input, picture)
    const target = readFileSync(join(folder, 'target.png'))
    writeFileSync(join(folder, 'target.png'), readFileSync(join(folder, 'aligned.png')))
    await expect(resumeRun(folder)).rejects.toThrow(/target\.png: expected sha256 \w{12}…, found \w{12}…; put back/u)
    writeFileSync(join(folder, 'target.png'), target)
  })

  it('begins at the beginning when it was killed before the optimization', async () => {
    again((manifest) => {
      manifest.process = { pid: 2 ** 22 + 1, host: hostname() }
      manifest.status = 'running'
    })
    for (const name of readdirSync(folder)) {
      if (name !== 'manifest.json' && name !== 'config.json') rmSync(join(folder, name), { recursive: true })
    }
    expect(await resumeRun(folder)).toMatchObject({ status: 'complete' })
    expect(bytes(folder)).toEqual(bytes(join(place, 'whole')))
  })
})

describe('a run that cannot be', () => {
  it.each([
    ['no picture', { input: join(place, 'nothing.png') }, /no such file/u],
    ['not square', {}, /expected a square picture/u],
    ['no face', { align: { mode: 'auto' as const } }, /no face was found/u],
  ])('%s: one line, and no folder is left', async (what, change, message) => {
    const flat = join(place, 'flat.png')
    const shape = { channels: 1, height: 60, width: what === 'not square' ? 90 : 60 } as const
    await writePicture(flat, fromPlanar(new Float32Array(shape.height * shape.width).fill(0.5), shape, '01', 'round'))
    const config = { ...tinyConfig(pack, flat), ...change }
    await expect(run({ config, out: join(place, 'never') })).rejects.toThrow(message)
    expect(readdirSync(place)).not.toContain('never')
  })

  it('keeps what was good when a loss stops being a number, and says which and when', async () => {
    const folder = join(place, 'diverged')
    const config = { ...tinyConfig(pack, input), optimize: { lr: 1000, cameraLr: 1000, steps: [20] } }
    await expect(run({ config, out: folder })).rejects.toThrow(/is not a number at step \d+/u)
    const manifest = readManifest(folder)
    expect(manifest).toMatchObject({ status: 'failed', error: expect.stringMatching(/not a number/u) as unknown })
    expect(readLosses(join(folder, 'losses.csv')).length).toBe(manifest.stepsDone)
    expect(readdirSync(folder)).toContain('result-partial.png')
  })
})

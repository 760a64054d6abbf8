// Methods that follow each other: what is handed on, going on after a stop, one page, and what is refused before anything is made.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resumeChain, runChain } from '../../src/chain/chain.ts'
import { type Chain, isChain } from '../../src/chain/document.ts'
import { stepsAfter } from '../../src/cli/then.ts'
import type { Fragment } from '../../src/config/load.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { openPicture } from '../../src/images/read.ts'
import { writePicture } from '../../src/images/write.ts'
import { previewRun } from '../../src/methods/preview.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { formulaImage } from '../support/formula.ts'
import { importNarrow } from '../support/restore-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-chain-'))
process.env.REPHOTO_CACHE = join(place, 'cache')
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true }))

const [WIDTH, HEIGHT] = [44, 36]
beforeAll(async () => {
  importNarrow(at('files'), 'old')
  const side = { channels: 3, width: WIDTH, height: HEIGHT } as const
  const { data } = fromPlanar(formulaImage('chain', 3, HEIGHT, WIDTH), side, '01', 'round')
  const deep = { ...side, data: Uint16Array.from(data, (v, i) => 257 * v + (i % 7)) }
  await writePicture(at('photo.png'), { ...deep, alpha: new Uint16Array(WIDTH * HEIGHT).fill(40_000) })
})

const restored: Fragment = { method: 'restore', pack: 'old', scratches: { from: 'none' }, threads: 1 }
const enlarged: Fragment = { method: 'upscale', size: { scale: 2 }, tiles: { side: 24 }, threads: 1 }
const chain = (change: Partial<Chain> = {}): Chain => ({
  ...{ input: at('photo.png'), steps: [restored, enlarged], file: null, replace: false },
  ...change,
})

describe('a chain', () => {
  it('hands on all bits, stops and goes on, and ends as one that was not stopped', async () => {
    const whole = await runChain({ chain: chain({ file: at('whole.png') }), out: at('whole') })
    expect(whole).toMatchObject({ status: 'complete', stepsDone: 2, stepsTotal: 2 })
    expect(readdirSync(at('whole')).sort()).toEqual([
      ...['1-restore', '1-restore.png', '2-upscale', 'chain.json', 'report.html'],
    ])
    const between = await (await openPicture(at('whole/1-restore.png'))).samples()
    expect(between.data).toBeInstanceOf(Uint16Array)
    expect(between.alpha?.[0]).toBe(40_000)
    const result = await (await openPicture(at('whole.png'))).samples()
    expect([result.width, result.height, result.alpha !== undefined]).toEqual([2 * WIDTH, 2 * HEIGHT, true])
    const report = readFileSync(whole.files.report, 'utf8')
    expect(report.match(/href="[^"]*report\.html"/gu)).toEqual([
      'href="1-restore/report.html"',
      'href="2-upscale/report.html"',
    ])

    const controller = new AbortController()
    const notes: string[] = []
    const stop = (event: RunEvent) => {
      if (event.type === 'note') notes.push(event.message)
      if (event.type === 'tile' && event.done === 1) controller.abort()
    }
    const stopped = await runChain(
      { chain: chain({ file: at('again.png') }), out: at('again') },
      stop,
      controller.signal,
    )
    expect(stopped).toMatchObject({ status: 'partial', stepsDone: 1 })
    expect(notes.filter((note) => note.startsWith('step'))).toEqual([
      'step 1 of 2: Restore an old photograph',
      'step 2 of 2: Enlarge a picture with a network',
    ])
    expect(existsSync(at('again.png'))).toBe(false)
    expect(isChain(at('again'))).toBe(true)
    expect(readFileSync(stopped.files.report, 'utf8')).toContain('stopped after step 0 of 1')
    // What a kill leaves that came before there was a manifest.
    rmSync(at('again/2-upscale/manifest.json'))
    expect(await resumeChain(at('again'))).toMatchObject({ status: 'complete', stepsDone: 2 })
    expect(readFileSync(at('again.png'))).toEqual(readFileSync(at('whole.png')))
    await expect(resumeChain(at('again'))).rejects.toThrow('expected an unfinished chain, found a complete one')
  })

  it('does not go on from a picture that is another now', async () => {
    const controller = new AbortController()
    const stop = (event: RunEvent) => event.type === 'tile' && controller.abort()
    await runChain({ chain: chain(), out: at('changed') }, stop, controller.signal)
    rmSync(at('changed/2-upscale'), { recursive: true })
    await writePicture(at('other.png'), (await openPicture('examples/antique-b.png')).bitmap)
    const text = readFileSync(at('changed/chain.json'), 'utf8')
    writeFileSync(at('changed/chain.json'), text.replace('photo.png', 'other.png'))
    await expect(resumeChain(at('changed'))).rejects.toThrow('found another; put it back, or start the chain anew')
    writeFileSync(at('changed/chain.json'), text.replace('"upscale"', '3'))
    await expect(resumeChain(at('changed'))).rejects.toThrow(/chain\.json: steps\.1\.method: expected a text, found 3/u)
  })

  it.each<[string, Partial<Chain>, RegExp]>([
    [
      'a key that does not exist',
      { steps: [restored, { method: 'upscale', sise: 2 } as Fragment] },
      /step 2 \(upscale\).*sise/u,
    ],
    ['no style', { steps: [restored, { method: 'stylize' }] }, /at least one style/u],
    ['a pack that lacks a network', { steps: [restored, { method: 'upscale', pack: 'old' }] }, /has no upscaler/u],
    ['the input as its file', { file: at('photo.png'), replace: true }, /expected another file than the input/u],
    ['no picture', { input: at('gone.png') }, /gone\.png/u],
  ])('with %s is refused before anything is made', async (_, change, message) => {
    await expect(runChain({ chain: chain(change), out: at('refused') })).rejects.toThrow(message)
    expect(existsSync(at('refused'))).toBe(false)
  })

  it('is previewed step by step, each by the sides of what it is handed', async () => {
    const first = await previewRun({ ...restored, input: at('photo.png') })
    expect(first.result).toEqual({ width: WIDTH, height: HEIGHT })
    expect(first.notes).toEqual(['damage: not looked for (scratches: none)'])
    const second = await previewRun({ ...enlarged, input: 'the result' }, first.result)
    expect(second.result).toEqual({ width: 2 * WIDTH, height: 2 * HEIGHT })
  })
})

describe('--then', () => {
  const first: Fragment = { method: 'restore', seed: 3, pack: 'old' }

  it('takes methods and presets, with what all steps share, and changes their keys', async () => {
    const steps = await stepsAfter(first, {
      names: ['upscale, gatys', 'upscale'],
      settings: ['2.size.scale=2', '4.flips=true', 'stylize.style.weight=7'],
    })
    expect(steps).toMatchObject([
      { method: 'upscale', seed: 3, size: { scale: 2 } },
      { method: 'stylize', seed: 3, style: { weight: 7 } },
      { method: 'upscale', seed: 3, flips: true },
    ])
    expect(steps.map(({ pack }) => pack)).toEqual([undefined, undefined, undefined])
    expect(await stepsAfter(first, {})).toEqual([])
  })

  it.each([
    [
      ['upscale,upscale'],
      ['upscale.flips=true'],
      /expected one of the steps 2 \(upscale\), 3 \(upscale\), found several/u,
    ],
    [['upscale'], ['stylize.color=style'], /found none of that name/u],
    [['upscale'], ['flips'], /expected step\.key=value/u],
    [['upscale,'], [], /found an empty name/u],
    [['enlarge'], [], /enlarge/u],
  ])('%j with %j is refused', async (names, settings, message) => {
    await expect(stepsAfter(first, { names, settings })).rejects.toThrow(message)
  })
})

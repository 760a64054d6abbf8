// The figure of a paper in its three forms: what stands where, and what does not fit.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gridOf } from '../../src/compare/grid.ts'
import { readSweep } from '../../src/compare/sweep-file.ts'
import type { Drawing } from '../../src/figure/drawing.ts'
import { type FigureRequest, figureOf } from '../../src/figure/grid.ts'
import { missingInPdf, renderDrawing } from '../../src/figure/render.ts'
import { methods } from '../../src/methods/methods.ts'
import { rephoto } from '../cli/spawn.ts'
import { fabricateSweep } from '../compare/fabricate.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-figure-'))
let sweep = ''
beforeAll(async () => {
  sweep = await fabricateSweep(join(place, 'sweep'), { inputs: 3, seeds: [0, 1] })
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const request: FigureRequest = {
  beside: ['input', 'truth'],
  zooms: [
    { x: 0.25, y: 0.25, width: 0.5, height: 0.25 },
    { x: 0.5, y: 0.5, width: 0.25, height: 0.25 },
  ],
  metrics: ['truth.psnr'],
  cell: 96,
  names: true,
  inputs: ['01', '03'],
  seed: 1,
}
const drawn = (change: Partial<FigureRequest> = {}) =>
  figureOf(gridOf(readSweep(sweep), methods), { ...request, ...change })
const of = <K extends Drawing['items'][number]['kind']>({ items }: Drawing, kind: K) =>
  items.filter((item): item is Extract<(typeof items)[number], { kind: K }> => item.kind === kind)

describe('a figure', () => {
  it('has inputs down, conditions across, the truth last, parts in frames, numbers below', async () => {
    const drawing = await drawn()
    const words = of(drawing, 'words').map(({ text }) => text)
    expect(words.filter((text) => !/\d/u.test(text)).join(' ')).toBe(
      'input all terms without eye without <contextual> truth',
    )
    expect(words.filter((text) => /^\d\d\.\d\d$/u.test(text))).toHaveLength(2 * 3)
    expect(words).toEqual(expect.arrayContaining(['01', '03']))
    // Two rows of five pictures, each with its two parts; a frame in the picture and one around the part.
    expect(of(drawing, 'picture')).toHaveLength(2 * 5 * 3)
    expect(of(drawing, 'frame')).toHaveLength(2 * 5 * 4)
    for (const { x, y, width, height } of [...of(drawing, 'picture'), ...of(drawing, 'frame')]) {
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(drawing.width + 1e-6)
      expect(y + height).toBeLessThanOrEqual(drawing.height + 1e-6)
    }
  })

  it('says which picture is not there', async () => {
    const grid = gridOf(readSweep(sweep), methods)
    const gone = grid.at(grid.base.name, '03', 1)!
    const path = join(gone.folder, 'result.png')
    const kept = readFileSync(path)
    rmSync(path)
    try {
      const words = of(await drawn(), 'words').map(({ text }) => text)
      expect(words.filter((text) => text === 'not there')).toHaveLength(1)
    } finally {
      writeFileSync(path, kept)
    }
  })

  it('shows in a part the pixels that its frame is around', async () => {
    const drawing = await drawn({ zooms: [{ x: 0.25, y: 0.25, width: 0.5, height: 0.25 }] })
    const [whole, part] = of(drawing, 'picture')
    const pixels = async (bytes: Buffer, region?: { left: number; top: number; width: number; height: number }) => {
      const picture = region ? sharp(bytes).extract(region) : sharp(bytes)
      return picture.resize(16, 8, { kernel: 'nearest' }).removeAlpha().raw().toBuffer()
    }
    // The fabricated pictures have 32 px.
    const expected = await pixels(whole!.bytes, { left: 8, top: 8, width: 16, height: 8 })
    expect((await pixels(part!.bytes)).equals(expected)).toBe(true)
  })

  it('is a PNG, an SVG and a PDF, the same bytes every time', async () => {
    const drawing = await drawn()
    const png = await renderDrawing(drawing, 'png')
    expect(await sharp(png).metadata()).toMatchObject({ width: drawing.width, height: drawing.height, format: 'png' })
    const svg = (await renderDrawing(drawing, 'svg')).toString()
    expect(svg.match(/<image /gu)).toHaveLength(30)
    expect(svg).toContain('&lt;contextual&gt;</text>')
    // The SVG, drawn by another program, looks like the PNG.
    const again = await sharp(Buffer.from(svg)).flatten().removeAlpha().raw().toBuffer()
    const own = await sharp(png).removeAlpha().raw().toBuffer()
    const far = own.reduce((sum, value, i) => sum + Math.abs(value - again[i]!), 0) / own.length
    expect(again.length).toBe(own.length)
    expect(far).toBeLessThan(4)
    const pdf = await renderDrawing(drawing, 'pdf')
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(pdf.toString('latin1').match(/\/Subtype \/Image/gu)!.length).toBeGreaterThanOrEqual(10)
    expect((await renderDrawing(await drawn(), 'pdf')).equals(pdf)).toBe(true)
  })

  it('says which letters a PDF cannot show', () => {
    const words = { kind: 'words', x: 0, y: 0, text: 'Anna Доу “é” −2', size: 9, anchor: 'start' } as const
    expect(missingInPdf({ width: 10, height: 10, items: [words] })).toEqual(['Д', 'о', 'у'])
  })

  it.each([
    [{ inputs: ['09'] }, /--inputs: expected names among 01, 02, 03, found "09"/u],
    [{ conditions: ['all', 'none'] }, /--conditions: expected names among all, no-eye, no-contextual, found "none"/u],
    [{ seed: 7 }, /--seed: expected one of 0, 1, found 7/u],
  ])('refuses %j', async (change, message) => {
    await expect(drawn(change)).rejects.toThrow(message)
  })
})

describe('rephoto grid', () => {
  it('writes the file, and none over another', async () => {
    const out = join(place, 'figure.svg')
    const args = ['grid', join(place, 'sweep'), '--out', out, '--zoom', '0.3,0.3,0.4,0.2']
    expect((await rephoto(args)).stdout).toContain('figure.svg')
    expect(readFileSync(out, 'utf8')).toContain('<svg')
    expect((await rephoto(args)).code).toBe(1)
    const wrong = await rephoto([
      'grid',
      join(place, 'sweep'),
      '--out',
      join(place, 'other.pdf'),
      '--zoom',
      '0.8,0,0.4,1',
    ])
    expect(wrong.stderr).toContain('--zoom: expected left,top,width,height as shares of the picture')
    expect(existsSync(join(place, 'other.pdf'))).toBe(false)
  })
})

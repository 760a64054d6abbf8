// The rule for outputs outside of a run folder, at the functions and at the command line.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alignFile } from '../../src/align/align-file.ts'
import { claimComparison } from '../../src/compare/place.ts'
import { isWithin, outputPath } from '../../src/output.ts'
import { examplePoints } from '../support/landmarks.ts'
import { rephoto } from './spawn.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'rephoto-output-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const place = (...names: string[]) => path.join(folder, ...names)

describe('one rule', () => {
  const request = { name: 'p-aligned.png', suffixes: ['.png', '.jpg'], inputs: [] as string[], force: false }

  test('a folder gets a name inside, a file its own', async () => {
    expect(outputPath({ ...request, out: folder })).toBe(place('p-aligned.png'))
    expect(outputPath({ ...request, out: `${place('not-there')}/` })).toBe(place('not-there', 'p-aligned.png'))
    expect(outputPath({ ...request, out: place('x.JPG') })).toBe(place('x.JPG'))
    expect(outputPath({ ...request, out: undefined })).toBe(path.resolve('p-aligned.png'))
  })

  test('the suffix decides, so it must be one', () => {
    expect(() => outputPath({ ...request, out: place('x.bmp') })).toThrow(/ends in \.png, \.jpg, found "\.bmp"/u)
    expect(() => outputPath({ ...request, out: place('x') })).toThrow(/found none; .*a folder has to exist/u)
  })

  test('never over an input, by no name and not when forced', async () => {
    const input = place('input.png')
    await writeFile(input, 'original')
    await symlink(input, place('soft.png'))
    await link(input, place('hard.png'))
    for (const out of ['input.png', 'soft.png', 'hard.png', './input.png']) {
      for (const force of [false, true])
        expect(() => outputPath({ ...request, out: place(out), inputs: [input], force })).toThrow(/found the input/u)
    }
    expect(() => outputPath({ ...request, out: input, inputs: [place('soft.png')], force: true })).toThrow(/the input/u)
  })

  test('not over what is there unless told, broken links among it; never over a folder', async () => {
    await writeFile(place('there.png'), 'x')
    await symlink(place('nowhere'), place('broken.png'))
    await mkdir(place('folder.png'))
    await mkdir(place('holder', 'p-aligned.png'), { recursive: true })
    for (const name of ['there.png', 'broken.png']) {
      expect(() => outputPath({ ...request, out: place(name) })).toThrow(/found a file; .*--force/u)
      expect(outputPath({ ...request, out: place(name), force: true })).toBe(place(name))
    }
    expect(outputPath({ ...request, out: place('folder.png') })).toBe(place('folder.png', 'p-aligned.png'))
    expect(() => outputPath({ ...request, out: place('holder'), force: true })).toThrow(/found a folder/u)
  })

  test('a comparison does not take the place of a run or of another', async () => {
    await mkdir(place('run'))
    await writeFile(place('run', 'manifest.json'), '{}')
    expect(() => claimComparison(place('run'), true)).toThrow(/found a run/u)
    await mkdir(place('earlier'))
    await writeFile(place('earlier', 'report.html'), '')
    expect(() => claimComparison(place('earlier'), false)).toThrow(/--force/u)
    claimComparison(place('earlier'), true)
    claimComparison(place('new'), false)
  })

  test('what lies in a folder', () => {
    expect([
      isWithin('/a/b/c', '/a/b'),
      isWithin('/a/b', '/a/b'),
      isWithin('/a/bc', '/a/b'),
      isWithin('/a/..b', '/a'),
    ]).toEqual([true, true, false, true])
  })
})

describe('align', () => {
  const example = path.resolve('examples/antique-b.png')
  beforeAll(() => writeFile(place('points.json'), JSON.stringify(examplePoints)))
  const options = () => ({ size: 64, landmarks: place('points.json') })

  test('keeps the input and what is there, and writes what the suffix says', async () => {
    const portrait = place('portrait.png')
    await copyFile(example, portrait)
    const before = await readFile(portrait)
    await expect(alignFile(portrait, { ...options(), out: portrait, force: true })).rejects.toThrow(/found the input/u)
    expect(await readFile(portrait)).toEqual(before)

    const out = place('crop.jpg')
    await alignFile(portrait, { ...options(), out })
    expect((await readFile(out)).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]))
    await expect(alignFile(portrait, { ...options(), out })).rejects.toThrow(/--force/u)
    await alignFile(portrait, { ...options(), out, force: true })
    await mkdir(place('crops'))
    expect((await alignFile(portrait, { ...options(), out: place('crops') })).path).toBe(
      place('crops', 'portrait-aligned.png'),
    )
  })

  test('says what is damaged and goes on', async () => {
    const { default: sharp } = await import('sharp')
    const cut = place('cut.jpg')
    await writeFile(cut, (await sharp(example).jpeg().toBuffer()).subarray(0, -2))
    const remarks: string[] = []
    await alignFile(cut, { ...options(), out: place('from-cut.png'), onRemark: (remark) => remarks.push(remark) })
    expect(remarks).toEqual(['the file is damaged: its end marker is missing; all pixels are there'])
  })

  test('at the command line: one line, and standard input', async () => {
    await writeFile(place('taken.jpg'), 'x')
    const refused = await rephoto(['align', example, '--landmarks', place('points.json'), '--out', place('taken.jpg')])
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(
      /^rephoto: .*taken\.jpg: expected a name that is free, found a file; [^\n]*--force[^\n]*\n$/u,
    )
    const piped = place('piped.png')
    const child = spawn(
      process.execPath,
      ['bin/rephoto.js', 'align', '-', '--size', '64', '--landmarks', place('points.json'), '--out', piped],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    )
    child.stdin.end(await readFile(example))
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(existsSync(piped)).toBe(true)
    const run = await rephoto(['run', '-'])
    expect([run.code, run.stderr.includes('standard input')]).toEqual([2, true])
  })
})

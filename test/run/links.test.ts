/** Nothing in a folder that people pass on is followed out of it: links, also where they dangle, and what is no file at all. */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSweep } from '../../src/compare/sweep-file.ts'
import { inferRequest, writeReport } from '../../src/methods/readers.ts'
import { resumeRun } from '../../src/methods/runner.ts'
import { runName, tidy } from '../../src/run/folder.ts'
import { inside, readInside, removeInside, writeInside } from '../../src/run/inside.ts'
import { fabricateRun } from '../report/fabricate.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-links-'))
const outside = join(place, 'outside')
const victim = join(outside, 'victim.txt')
const base = join(place, 'base')
beforeAll(async () => {
  mkdirSync(outside)
  await fabricateRun(base, { status: 'partial', side: 32, frames: 2, steps: [2, 3] })
})
afterAll(() => rmSync(place, { recursive: true }))

let count = 0
function copy(): string {
  const folder = join(place, `run-${count++}`)
  cpSync(base, folder, { recursive: true })
  writeFileSync(victim, 'untouched')
  return folder
}

const refused = /^[^\n]*expected a file or folder of its own, found a link to [^\n]*$/u
const files = ['manifest.json', 'config.json', 'losses.csv', 'aligned.png', 'result-partial.png', 'frames/0001.png']
const more = [
  'state.safetensors',
  'initial.safetensors',
  'metrics.json',
  'report.html',
  'result.png',
  'final.safetensors',
]

describe.each([
  ['to a file outside', victim],
  ['to nothing', join(outside, 'nothing')],
  ['to a folder', outside],
])('a link %s', (_, target) => {
  it.each([...files, ...more, 'frames', 'lock'])(
    'in the place of %s is named by every command, and nothing happens to its target',
    async (name) => {
      const folder = copy()
      rmSync(join(folder, name), { recursive: true, force: true })
      symlinkSync(target, join(folder, name))
      await expect(resumeRun(folder)).rejects.toThrow(refused)
      if (name !== 'lock') await expect(writeReport(folder)).rejects.toThrow(refused)
      expect(() => inferRequest([folder])).toThrow(/found a link to/u)
      expect(readFileSync(victim, 'utf8')).toBe('untouched')
      expect(readdirSync(outside)).toEqual(['victim.txt'])
    },
  )
})

it('pictures in a linked folder of frames are not removed', () => {
  const folder = copy()
  const frames = join(place, 'my-pictures')
  mkdirSync(frames)
  writeFileSync(join(frames, '0009.png'), 'mine')
  rmSync(join(folder, 'frames'), { recursive: true })
  symlinkSync(frames, join(folder, 'frames'))
  expect(() => tidy(folder, 1)).toThrow(refused)
  expect(() => removeInside(folder, 'frames/0009.png')).toThrow(refused)
  expect(() => writeInside(folder, 'frames/0009.png', 'other')).toThrow(refused)
  expect(readFileSync(join(frames, '0009.png'), 'utf8')).toBe('mine')
})

it('the folder itself may be a link: its user named it', async () => {
  const folder = copy()
  const link = join(place, 'to-the-run')
  symlinkSync(folder, link)
  await writeReport(link)
  expect(existsSync(join(folder, 'report.html'))).toBe(true)
})

it('names lead nowhere else', () => {
  const folder = copy()
  for (const name of ['../outside/victim.txt', 'frames/../../outside/victim.txt', '', '.', 'a//b', victim]) {
    expect(() => inside(folder, name), name).toThrow(/expected a name in this folder/u)
  }
})

it.runIf(process.platform !== 'win32')('a pipe is refused, and not waited for', async () => {
  const folder = copy()
  rmSync(join(folder, 'losses.csv'))
  execFileSync('mkfifo', [join(folder, 'losses.csv')])
  await expect(writeReport(folder)).rejects.toThrow(/losses\.csv: expected a file or nothing, found a pipe/u)
})

it('a file that is larger than any is refused before it is read', () => {
  const folder = copy()
  expect(() => readInside(folder, runName.losses, 10)).toThrow(/expected at most 10 bytes, found \d+/u)
})

it.each([
  ['/etc', /expected folders in the sweep's own, found "\/etc"/u],
  ['../outside', /expected folders in the sweep's own, found "\.\.\/outside"/u],
  ['runs/linked', refused],
])('a sweep names no runs outside of it: %s', (folder, message) => {
  const sweep = mkdtempSync(join(place, 'sweep-'))
  mkdirSync(join(sweep, 'runs'))
  symlinkSync(base, join(sweep, 'runs', 'linked'))
  const run = { name: 'r', folder, condition: 'base', input: '1', seed: 0, status: 'complete' }
  const json = {
    format: 'rephoto-sweep',
    formatVersion: 1,
    name: 's',
    base: 'base',
    conditions: [{ name: 'base' }],
    runs: [run],
  }
  writeFileSync(join(sweep, 'sweep.json'), JSON.stringify(json))
  expect(() => readSweep(join(sweep, 'sweep.json'))).toThrow(message)
})

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRunFolder, discard, frameSteps, removePartial, runFile, tidy } from '../../src/run/folder.ts'
import { isBeingWritten, type Manifest, readManifest, writeManifest } from '../../src/run/manifest.ts'
import { aManifest } from '../support/manifest.ts'

const home = process.cwd()
const place = mkdtempSync(join(tmpdir(), 'rephoto-folder-'))
beforeAll(() => process.chdir(place))
afterAll(() => {
  process.chdir(home)
  rmSync(place, { recursive: true })
})

describe('createRunFolder', () => {
  it('takes the first free name after the input', () => {
    const names = [1, 2, 3].map(() => createRunFolder(undefined, '/pictures/Großmutter 1890?.png').folder)
    expect(names.map((name) => name.slice(place.length))).toEqual([
      '/reports/Großmutter-1890-',
      '/reports/Großmutter-1890--2',
      '/reports/Großmutter-1890--3',
    ])
  })

  it('takes a given folder when it is new or empty', () => {
    expect(createRunFolder('a/b', 'x.png')).toEqual({ folder: join(place, 'a', 'b'), made: true })
    expect(createRunFolder('a/b', 'x.png')).toEqual({ folder: join(place, 'a', 'b'), made: false })
    expect(readdirSync('a/b')).toEqual([])
  })

  it('refuses a folder with a run or with other files, and says what to do', () => {
    writeFileSync('a/b/manifest.json', '{}')
    expect(() => createRunFolder('a/b', 'x.png')).toThrow(/found a run; continue it with rephoto resume/u)
    expect(() => createRunFolder('a', 'x.png')).toThrow(/expected a new or empty folder, found 1 entries/u)
  })

  it.runIf(process.platform === 'linux')('gives up at once where no folder can be made', () => {
    expect(() => createRunFolder('/proc/rephoto/run', 'x.png')).toThrow(/no folder can be made there/u)
  })

  it('says in one line that a place is a file or must not be written', () => {
    writeFileSync('file', '')
    expect(() => createRunFolder('file', 'x.png')).toThrow(/file: expected a folder, found a file there/u)
    expect(() => createRunFolder('file/sub', 'x.png')).toThrow(/^[^\n]*expected a folder, found a file there[^\n]*$/u)
    mkdirSync('locked')
    chmodSync('locked', 0o500)
    // Root may write everywhere; the case is then covered by the file above.
    if (process.getuid?.() !== 0) expect(() => createRunFolder('locked/run', 'x.png')).toThrow(/found no permission/u)
  })
})

describe('what an unfinished run leaves', () => {
  it('later frames and temporary files go when it continues, partial results when it is complete', () => {
    const { folder } = createRunFolder('left', 'x.png')
    mkdirSync(runFile.frames(folder))
    for (const step of [0, 3, 6, 9]) writeFileSync(runFile.frame(folder, step), '')
    writeFileSync(join(folder, 'state.safetensors.12.0.tmp'), '')
    writeFileSync(runFile.picture(folder, 'result', true), '')
    writeFileSync(runFile.final(folder, true), '')
    writeFileSync(runFile.state(folder), '')
    tidy(folder, 6)
    expect(frameSteps(folder)).toEqual([0, 3, 6])
    expect(readdirSync(folder).sort()).toEqual([
      'final-partial.safetensors',
      'frames',
      'result-partial.png',
      'state.safetensors',
    ])
    removePartial(folder)
    expect(readdirSync(folder)).toEqual(['frames'])
    discard(folder, false)
    expect(readdirSync(folder)).toEqual([])
    discard(folder, true)
    expect(readdirSync('.')).not.toContain('left')
  })
})

describe('manifest', () => {
  const manifest = aManifest({ status: 'running', process: { pid: 2 ** 22 + 1, host: 'x' } })

  it('comes back as it was written', () => {
    mkdirSync('m')
    writeManifest('m', manifest)
    expect(readManifest('m')).toEqual(manifest)
  })

  it('names a folder that is none, and a manifest that is broken or newer', () => {
    expect(() => readManifest('nowhere')).toThrow(/^nowhere: expected a run folder/u)
    writeFileSync('m/manifest.json', '{"format"')
    expect(() => readManifest('m')).toThrow(/expected JSON/u)
    writeFileSync('m/manifest.json', '{"format":"rephoto-run","formatVersion":2}')
    expect(() => readManifest('m')).toThrow(/found 2; use a newer rephoto/u)
  })

  it('of an earlier version, without a lock: tells a killed run from one that is being written', () => {
    mkdirSync('old')
    const old = (process: Manifest['process'], status: Manifest['status'] = 'running') => {
      const changed = { ...manifest, process, status }
      writeManifest('old', changed)
      return isBeingWritten('old', changed)
    }
    const [host, ppid] = [hostname(), process.ppid]
    expect(old({ pid: ppid, host })).toBe(true)
    expect(old({ pid: 2 ** 22 + 1, host })).toBe(false)
    expect(old({ pid: ppid, host }, 'complete')).toBe(false)
    expect(old({ pid: process.pid, host }), 'an earlier process of our number').toBe(false)
    // Of another host, or a number that may be another's by now: by when anything was written last.
    for (const pid of [7, ppid]) {
      const other = { pid, host: pid === 7 ? 'else.where' : host }
      expect(old(other)).toBe(true)
      const before = Date.now() / 1000 - 601
      utimesSync('old/manifest.json', before, before)
      expect(isBeingWritten('old', { ...manifest, process: other })).toBe(false)
    }
  })
})

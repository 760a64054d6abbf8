// Commands that work on several pictures: which, under what names, and that one failure does not end them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Interrupted } from '../../src/cli/failure.ts'
import { checkFree, forEachPicture, picturesOf, refuseConfigs, resultNames } from '../../src/cli/several.ts'
import { PICTURE_SUFFIXES } from '../../src/images/write.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-several-'))
const at = (name: string) => join(place, name)
beforeAll(() => {
  for (const folder of ['album', 'other', 'empty']) mkdirSync(at(folder))
  for (const name of ['album/b.jpg', 'album/a.png', 'album/notes.txt', 'album/c.gif', 'other/a.png'])
    writeFileSync(at(name), '')
})
afterAll(() => rmSync(place, { recursive: true }))

const options = { out: undefined, suffix: '-large', format: undefined, suffixes: PICTURE_SUFFIXES, force: false }

describe('pictures', () => {
  it('are files, those of folders, those that fit a pattern, each once', () => {
    const album = ['a.png', 'b.jpg', 'c.gif'].map((name) => at(`album/${name}`))
    expect(picturesOf([at('album')])).toEqual(album)
    expect(picturesOf([at('album/*.jpg'), at('album/b.jpg'), at('other')])).toEqual([
      at('album/b.jpg'),
      at('other/a.png'),
    ])
    expect(() => picturesOf([at('empty')])).toThrow(/empty: expected pictures, found a folder without pictures/)
    expect(() => picturesOf([at('album/*.webp')])).toThrow(/expected pictures, found a pattern that none fits/)
    expect(() => picturesOf(['/dev/stdin'])).toThrow(/expected picture files, found the standard input/)
    expect(() => refuseConfigs([at('album/a.png'), 'x.json5'], 'upscale')).toThrow(
      /x\.json5: expected pictures, found a config among them/,
    )
  })

  it('go to names of their own in a folder', () => {
    const pictures = picturesOf([at('album')])
    expect(resultNames(pictures, { ...options, out: at('new/') })).toEqual(
      ['a-large.png', 'b-large.jpg', 'c-large.png'].map((name) => at(`new/${name}`)),
    )
    expect(resultNames(pictures.slice(0, 1), { ...options, out: at('one.tif') })).toEqual([at('one.tif')])
    expect(resultNames(pictures, { ...options, out: at('new/'), format: 'webp' })[1]).toBe(at('new/b-large.webp'))
    expect(() => resultNames(pictures, { ...options, out: at('one.tif') })).toThrow(
      /expected a folder for 3 pictures, found the name of one/,
    )
    expect(() => resultNames([at('album/a.png'), at('other/a.png')], { ...options, out: at('new/') })).toThrow(
      /expected pictures of different names, found two that become .*a-large\.png/,
    )
  })

  it('are never written over, other files only when told so', () => {
    const pictures = picturesOf([at('album')])
    expect(() => checkFree(at('album/a.png'), pictures, { ...options, force: true })).toThrow(
      /expected another file than the input/,
    )
    expect(() => checkFree(at('other/a.png'), pictures, options)).toThrow(/expected a name that is free/)
    expect(() => checkFree(at('other/a.png'), pictures, { ...options, force: true })).not.toThrow()
  })
})

describe('work on each', () => {
  it('goes on where one fails, and says how many did', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const done: string[] = []
    const work = async (picture: string) => {
      if (picture === 'b') throw new Error('b: broken')
      done.push(picture)
    }
    await expect(forEachPicture(['a', 'b', 'c'], work)).rejects.toThrow('1 of 3 pictures failed; the others are done')
    const lines = said.mock.calls.map(([line]) => String(line))
    said.mockRestore()
    expect(done).toEqual(['a', 'c'])
    expect(lines.filter((line) => line.startsWith('rephoto:'))).toEqual(['rephoto: b: broken\n'])
  })

  it('ends where it is interrupted, and throws what fails alone', async () => {
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const work = vi.fn(async () => {
      throw new Interrupted('SIGINT')
    })
    await expect(forEachPicture(['a', 'b'], work)).rejects.toThrow('stopped by SIGINT')
    said.mockRestore()
    expect(work).toHaveBeenCalledTimes(1)
    await expect(forEachPicture(['a'], async () => Promise.reject(new Error('alone')))).rejects.toThrow(/^alone$/)
  })
})

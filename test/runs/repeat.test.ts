/** A run made once more: the same bytes; and what is refused before anything is computed. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { compareRepeat, repeatOf } from '../../src/methods/repeat.ts'
import { run } from '../../src/methods/runner.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-repeat-'))
const pack = join(place, 'pack')
const input = join(place, 'input.png')
const first = join(place, 'first')

beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 64, 64)
  await writePicture(input, fromPlanar(pixels, { channels: 1, height: 64, width: 64 }, '01', 'round'))
  await run({ config: { ...tinyConfig(pack, input), optimize: { steps: [3, 3] }, output: { frames: 2 } }, out: first })
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

it('gives the same bytes, and says which file is another', async () => {
  const { config, remarks } = await repeatOf(first)
  expect(remarks).toEqual([])
  const again = join(place, 'again')
  await run({ config, out: again })
  const files = compareRepeat(first, again)
  expect(files.map(({ name }) => name)).toContain('final.safetensors')
  expect(files.filter(({ same }) => !same)).toEqual([])

  const losses = readFileSync(join(again, 'losses.csv'), 'utf8')
  writeFileSync(
    join(again, 'losses.csv'),
    losses.replace(/\d(?=\n)/u, (digit) => String((Number(digit) + 1) % 10)),
  )
  rmSync(join(again, 'degraded.png'))
  expect(compareRepeat(first, again).filter(({ same }) => !same)).toEqual([
    { name: 'degraded.png', same: false, words: 'only the earlier run has it' },
    { name: 'losses.csv', same: false, words: 'other bytes' },
  ])
})

it('refuses another picture, config or network, by name', async () => {
  const other = join(place, 'other.png')
  copyFileSync(join(first, 'result.png'), other)
  await expect(repeatOf(first, other)).rejects.toThrow('found another')
  await expect(repeatOf(first, join(place, 'gone.png'))).rejects.toThrow('say with --input where it is')

  const edited = join(place, 'edited')
  cpSync(first, edited, { recursive: true })
  const config = JSON.parse(readFileSync(join(edited, 'config.json'), 'utf8'))
  writeFileSync(join(edited, 'config.json'), JSON.stringify({ ...config, seed: 99 }))
  await expect(repeatOf(edited)).rejects.toThrow('seed')

  const manifest = JSON.parse(readFileSync(join(first, 'manifest.json'), 'utf8'))
  manifest.pack.files[0].sha256 = '0'.repeat(64)
  const foreign = join(place, 'foreign')
  cpSync(first, foreign, { recursive: true })
  writeFileSync(join(foreign, 'manifest.json'), JSON.stringify(manifest))
  await expect(repeatOf(foreign)).rejects.toThrow('expected the weights that this run began with')

  writeFileSync(join(foreign, 'manifest.json'), JSON.stringify({ ...manifest, status: 'partial' }))
  await expect(repeatOf(foreign)).rejects.toThrow('expected a complete run')
})

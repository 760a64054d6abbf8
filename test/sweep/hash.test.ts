/** What a guess is made by has a part in the hash of those runs that leave something to it, and of no others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, it, vi } from 'vitest'
import { layOut } from '../../src/sweep/layout.ts'
import { makeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-hash-'))
const numbers = join(place, 'calibration.json')
afterAll(() => rmSync(place, { recursive: true }))

vi.mock(import('../../src/guess/calibration.ts'), async (original) => ({
  ...(await original()),
  get calibrationFile() {
    return pathToFileURL(numbers)
  },
}))

it('a new calibration of the guess makes new runs of what was guessed', async () => {
  const list = [{ name: 'told' }, { name: 'guessed', set: { 'degradation.blur.radius': 'auto' } }]
  const file = await makeExperiment(place, { inputs: [{ set: 'set', take: 1 }], conditions: { list } })
  const hashes = (calibration: string) => {
    writeFileSync(numbers, calibration)
    return layOut({ file }).runs.map(({ hash }) => hash)
  }
  const [before, after] = [hashes('old numbers'), hashes('new numbers')]
  expect(after[0]).toBe(before[0])
  expect(after[1]).not.toBe(before[1])
})

/** A run that equals another is never made: where its twin failed, it says so too, whoever looks. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { collectSweep } from '../../src/sweep/collect.ts'
import { readIndex, type SweepIndex, sweepFile, writeJson } from '../../src/sweep/folder.ts'
import { openIndex } from '../../src/sweep/index-file.ts'
import { layOut } from '../../src/sweep/layout.ts'
import { makeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-twins-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const standing = ({ runs }: SweepIndex) => runs.map(({ name, status, error }) => [name, status, error])

it('the twin of a failed run is failed, after --collect and after a start that does not try it, and waits once it is tried', async () => {
  const conditions = { list: [{ name: 'base' }, { name: 'same' }, { name: 'other', set: { sensitivity: 'gb' } }] }
  const file = await makeExperiment(place, { inputs: [{ set: 'set', take: 1 }], conditions })
  const folder = join(place, 'out')
  const open = () => {
    const { experiment, inputs, runs, code } = layOut({ file, out: folder })
    return openIndex(folder, experiment, inputs, runs, code)
  }
  const { hash } = open().index.runs[0]!
  const path = sweepFile.outcome(folder, 'base--01--0')
  mkdirSync(dirname(path), { recursive: true })
  writeJson(folder, path, { hash, status: 'failed', error: 'out of luck' })
  const expected = [
    ['base--01--0', 'failed', 'out of luck'],
    ['same--01--0', 'failed', 'out of luck'],
    ['other--01--0', 'waiting', undefined],
  ]

  const { failed, waiting } = await collectSweep(folder)
  expect([failed.length, waiting]).toEqual([2, 1])
  expect(standing(readIndex(folder)!)).toEqual(expected)

  const again = open()
  expect(standing(again.index)).toEqual(expected)
  again.running('base--01--0')
  expect(again.index.runs.map(({ status }) => status)).toEqual(['running', 'waiting', 'waiting'])
})

/** A sweep with a process for each run and one that keeps its processes come to the same, byte for byte. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readManifest } from '../../src/run/manifest.ts'
import { readIndex, sweepFile } from '../../src/sweep/folder.ts'
import { rephoto } from '../cli/spawn.ts'
import { makeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-isolate-'))
const kept = join(place, 'kept')
const isolated = join(place, 'isolated')

beforeAll(async () => {
  const file = await makeExperiment(place, {
    inputs: [{ set: 'set', take: 1 }],
    base: { pack: './pack', optimize: { steps: [4, 4] }, output: { frames: 0 } },
    conditions: {
      list: [
        { name: 'base' },
        // Another step to compile, other numbers in the same one, a failure, and what comes after it.
        { name: 'no-eye', set: { 'losses.eye.weight': 0 } },
        { name: 'diverges', set: { 'optimize.lr': 1000, 'optimize.cameraLr': 1000 } },
        { name: 'slow', set: { 'optimize.lr': 0.001 } },
        { name: 'sharp', set: { 'degradation.blur.radius': 0.3 } },
      ],
    },
  })
  const make = (folder: string, ...options: string[]) =>
    rephoto(['sweep', file, '--out', folder, '--jobs', '1', ...options])
  for (const { code, stderr } of await Promise.all([make(kept), make(isolated, '--isolate')])) {
    expect(stderr).toContain('4 complete, 1 failed, 0 left to do')
    expect(code).toBe(1)
  }
  // Ten runs; half a minute, or two where other tests keep the cores busy.
}, 300_000)
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** What is made of runs; times, memory, dates and processes are no results. */
const RESULT = /\.(?:png|csv|safetensors)$|^metrics\.json$|^config\.json$/u

function results(folder: string): Record<string, string> {
  const found: Record<string, string> = {}
  const take = (under: string, wanted: RegExp) => {
    for (const name of readdirSync(join(folder, under)).filter((name) => wanted.test(name)))
      found[`${under}/${name}`] = readFileSync(join(folder, under, name), 'base64')
  }
  for (const run of readIndex(folder)!.runs) take(run.folder, RESULT)
  // All tables but those with times and memory.
  take('tables', /^(?!runs|.*(?:resource|time|memory))/u)
  return found
}

it('comes to the same', () => {
  const [one, other] = [results(kept), results(isolated)]
  expect(Object.keys(one).filter((name) => name.endsWith('final.safetensors'))).toHaveLength(4)
  expect(Object.keys(one).filter((name) => name.startsWith('tables/')).length).toBeGreaterThan(3)
  expect(Object.keys(other)).toEqual(Object.keys(one))
  for (const [name, bytes] of Object.entries(one)) expect(other[name] === bytes, name).toBe(true)
})

it('keeps a process until a run fails in it, and with --isolate none', () => {
  const processes = (folder: string) => {
    const runs = readIndex(folder)!.runs
    const pids = runs.map((run) => readManifest(join(folder, run.folder)).process.pid)
    return pids.map((pid) => [...new Set(pids)].indexOf(pid))
  }
  expect(processes(kept)).toEqual([0, 0, 0, 1, 1])
  expect(processes(isolated)).toEqual([0, 1, 2, 3, 4])
})

it('says in the log of each run how that one ended', () => {
  for (const { name, status, error } of readIndex(kept)!.runs) {
    const log = readFileSync(sweepFile.log(kept, name), 'utf8')
    expect(log).toBe(`${name}: ${status}${error === undefined ? '' : `: ${error}`}\n`)
  }
})

/** Which runs of a lane share a process, and what is logged of which. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/sweep/folder.ts'
import { isWorn, type LaneOptions, openLane } from '../../src/sweep/lane.ts'

const child = fileURLToPath(new URL('worker-child.ts', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'rephoto-lane-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** Makes runs one after the other; gives how they ended and, of those that wrote it, in which process (from 0). */
async function makeAll(runs: readonly string[], options: LaneOptions = {}, pause = 0) {
  const folder = mkdtempSync(join(place, 'sweep-'))
  mkdirSync(join(folder, 'outcomes'))
  const lane = openLane(folder, { command: (place) => ['--import', 'tsx', child, place], ...options })
  const outcomes: Outcome[] = []
  for (const run of runs) {
    const [name, computing = 'cpu 1'] = run.split('@') as [string, string?]
    outcomes.push(await lane.make({ name, hash: 'h', continued: false, computing }, () => {}))
    await new Promise((done) => setTimeout(done, pause))
  }
  await lane.end()
  const pids = outcomes.map((outcome) => (outcome as Outcome & { pid?: number }).pid)
  const distinct = [...new Set(pids.filter((pid) => pid !== undefined))]
  const log = (name: string) => readFileSync(join(folder, 'logs', `${name}.log`), 'utf8')
  return {
    folder,
    outcomes,
    processes: pids.map((pid) => (pid === undefined ? undefined : distinct.indexOf(pid))),
    log,
  }
}

describe('a lane', () => {
  it('keeps one process while all goes well', async () => {
    const { processes, outcomes } = await makeAll(['a', 'b', 'c'])
    expect(processes).toEqual([0, 0, 0])
    expect(outcomes.map(({ status }) => status)).toEqual(['complete', 'complete', 'complete'])
  })

  it('starts one for each run if asked to', async () => {
    expect((await makeAll(['a', 'b', 'c'], { isolate: true })).processes).toEqual([0, 1, 2])
  })

  it('starts another after a failure, a crash and a kill, which are failures of one run each', async () => {
    const { processes, outcomes, folder } = await makeAll(['a', 'fail', 'b', 'kill', 'c', 'crash', 'd', 'e'])
    expect(processes).toEqual([0, 0, 1, undefined, 2, undefined, 3, 3])
    const ended = (how: string, name: string) =>
      `its process ended with ${how}; see ${join(folder, 'logs', `${name}.log`)}`
    expect(outcomes.flatMap(({ error }) => error ?? [])).toEqual([
      'it failed',
      ended('SIGKILL', 'kill'),
      ended('exit code 7', 'crash'),
    ])
    expect(outcomes.map(({ status }) => status === 'failed')).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      false,
    ])
  })

  it('makes a run in another process when something ended the first between two runs', async () => {
    const { processes, outcomes } = await makeAll(['quit', 'a'], {}, 500)
    expect(processes).toEqual([0, 1])
    expect(outcomes[1]!.status).toBe('complete')
  })

  it('starts another for other threads and another device', async () => {
    expect((await makeAll(['a', 'b@cpu 2', 'c@cpu 2', 'd@webgpu 2'])).processes).toEqual([0, 1, 1, 2])
  })

  it('starts another when its process holds too much memory', async () => {
    expect((await makeAll(['grow-400', 'grow-900', 'grow-901', 'a', 'b'])).processes).toEqual([0, 0, 0, 1, 1])
  })

  it('gives each run its log: all that was written in its time, and what was said at the start to the first', async () => {
    const { log, folder } = await makeAll(['talk-20000', 'talk-2', 'a'])
    const both = (name: string, count: number) =>
      Array.from({ length: count }, (_, i) => [`${name}: ${i}`, `${name}: ${i}`]).flat()
    const lines = (name: string) => log(name).split('\n').slice(0, -1)
    expect(lines('talk-20000').toSorted()).toEqual([...both('talk-20000', 20000), 'warning at the start'].toSorted())
    expect(lines('talk-2').toSorted()).toEqual(both('talk-2', 2))
    expect(log('a')).toBe('the end\n')
    expect(readdirSync(join(folder, 'logs'))).toHaveLength(3)
  })

  it('begins no run once it is stopped', async () => {
    const folder = mkdtempSync(join(place, 'sweep-'))
    const lane = openLane(folder, { command: () => ['/nowhere'] })
    const task = { name: 'a', hash: 'h', continued: false, computing: '' }
    expect(await lane.make(task, () => {}, AbortSignal.abort())).toEqual({ hash: 'h', status: 'partial' })
    await lane.end()
  })
})

it('a process is worn after half as much memory again, half a gigabyte where that is more, and fifty runs', () => {
  const after = (firstMiB: number, nowMiB: number, runs = 2) => isWorn({ runs, firstMiB, nowMiB })
  expect([after(300, 800), after(300, 801)]).toEqual([false, true])
  expect([after(4000, 6000), after(4000, 6001)]).toEqual([false, true])
  expect([after(300, 300, 49), after(300, 300, 50)]).toEqual([false, true])
})

/** Whole sweeps on the real command line: what fails, what is killed, and that nothing is done twice. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readManifest } from '../../src/run/manifest.ts'
import { readIndex, type SweepIndex } from '../../src/sweep/folder.ts'
import { lockSweep } from '../../src/sweep/lock.ts'
import { type Ended, rephoto } from '../cli/spawn.ts'
import { makeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-sweep-'))
const whole = join(place, 'whole')
let file = ''
let ended: Ended

beforeAll(async () => {
  file = await makeExperiment(place, {
    base: { pack: './pack', optimize: { steps: [30, 30] }, output: { frames: 0, saveEverySeconds: 0.05 } },
    inputs: [{ set: 'set', take: 1 }],
    conditions: {
      list: [
        { name: 'base' },
        { name: 'diverges', set: { 'optimize.lr': 1000, 'optimize.cameraLr': 1000 } },
        { name: 'slow', label: 'slower', set: { 'optimize.lr': 0.001 } },
        { name: 'as-base', fromTruth: { sensitivity: true } },
      ],
    },
  })
  ended = await rephoto(['sweep', file, '--out', whole, '--jobs', '2'])
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

const statuses = (index: SweepIndex) =>
  Object.fromEntries(index.runs.map(({ condition, status }) => [condition, status]))
/** The comparison's tables, but for the one of time and memory. */
const tables = (folder: string) => {
  const names = readdirSync(join(folder, 'tables')).filter((name) => !/resource|time|memory|^runs/u.test(name))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'tables', name), 'utf8')]))
}

/** What a result consists of; times and memory are not results. */
function results(folder: string): Record<string, string> {
  const files = ['losses.csv', 'metrics.json', 'final.safetensors', 'result.png']
  const good = readIndex(folder)!.runs.filter(({ status }) => status === 'complete')
  return Object.fromEntries(
    good.flatMap((run) =>
      files.map((name) => [`${run.name}/${name}`, readFileSync(join(folder, run.folder, name), 'base64')]),
    ),
  )
}

describe('a sweep', () => {
  it('goes on when a run fails, records why, compares the others, and ends with a failure', () => {
    expect(ended.code).toBe(1)
    const index = readIndex(whole)!
    expect(statuses(index)).toEqual({ base: 'complete', diverges: 'failed', slow: 'complete', 'as-base': 'complete' })
    expect(index.runs[1]!.error).toMatch(/is not a number at step \d+/u)
    expect(ended.stderr).toMatch(/FAILED {2}diverges--01--0: .*is not a number at step/u)
    expect(ended.stderr).toContain('3 complete, 1 failed, 0 left to do')
    expect(ended.stdout).toMatch(/^sweep: .*\nreport: .*report\.html\n$/u)
    expect(readFileSync(join(whole, 'logs', 'diverges--01--0.log'), 'utf8')).toContain('failed:')
    expect(index.conditions[2]).toEqual({ name: 'slow', label: 'slower', set: { 'optimize.lr': 0.001 } })
    expect(index.inputs).toEqual([{ name: '01', truth: true }])
    expect(readFileSync(join(whole, 'report.html'), 'utf8')).toContain('slower')
    expect(readdirSync(join(whole, 'tables')).length).toBeGreaterThan(0)
  })

  it('makes equal runs once and copies them', () => {
    const [base, , , twin] = readIndex(whole)!.runs
    expect(twin!.hash).toBe(base!.hash)
    expect(ended.stderr).toContain('4 runs, 0 of them done already, 4 to do')
    expect(readManifest(join(whole, twin!.folder)).sweep).toMatchObject({ condition: 'as-base', hash: base!.hash })
    expect(readManifest(join(whole, twin!.folder)).created).toBe(readManifest(join(whole, base!.folder)).created)
  })

  it('leaves small folders: no state, and the plots in the comparison', () => {
    const folder = join(whole, 'runs', 'base--01--0')
    expect(readdirSync(folder)).not.toContain('state.safetensors')
    expect(statSync(join(folder, 'report.html')).size).toBeLessThan(300_000)
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('href="../../report.html"')
  })

  it('started again, tries the failed run again and no other', async () => {
    const before = results(whole)
    const { stderr, code } = await rephoto(['sweep', file, '--out', whole])
    expect(code).toBe(1)
    expect(stderr).toContain('4 runs, 3 of them done already, 1 to do')
    expect(stderr).toMatch(/\[1\/1\] FAILED {2}diverges/u)
    expect(results(whole)).toEqual(before)
  })

  it('refuses a folder that another sweep works on', async () => {
    const unlock = lockSweep(whole)
    try {
      const { stderr, code } = await rephoto(['sweep', file, '--out', whole])
      expect(code).toBe(1)
      expect(stderr).toMatch(/expected a sweep that nobody works on, found process \d+/u)
    } finally {
      unlock()
    }
  })

  it('compares what is done with --collect, and makes no run', async () => {
    const { stderr, stdout } = await rephoto(['sweep', file, '--out', whole, '--collect'])
    expect(stderr).toContain('3 complete, 1 failed, 0 left to do')
    expect(stdout).toContain('report: ')
  })
})

describe.each(['SIGKILL', 'SIGINT'] as const)('a sweep that gets %s in the middle of a run', (signal) => {
  it('continues where it was, and comes to the same', async () => {
    const folder = join(place, signal)
    // All is done but one run.
    cpSync(whole, folder, { recursive: true })
    rmSync(join(folder, 'runs', 'slow--01--0'), { recursive: true })
    const base = readManifest(join(folder, 'runs', 'base--01--0')).created
    const args = ['sweep', file, '--out', folder, '--only', '{base,slow}--*']
    let sent = false
    const first = await rephoto(args, {
      onStderr(text, child) {
        if (sent || !text.includes('1 to do')) return
        sent = true
        const poll = setInterval(() => {
          // Some steps are saved: the run is in its middle.
          if (stepsDone(join(folder, 'runs', 'slow--01--0')) === 0) return
          clearInterval(poll)
          child.kill(signal)
        }, 20)
      },
    })
    if (signal === 'SIGKILL') expect(first.signal).toBe('SIGKILL')
    else {
      expect(first.code).toBe(130)
      expect(first.stderr).toContain('stopped; the same command goes on')
    }

    const second = await rephoto(args)
    // The run that failed at first is not among those asked for, and still is a failure of the sweep.
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('3 complete, 1 failed, 0 left to do')
    expect(second.stderr).toContain('2 runs, 1 of them done already, 1 to do')
    expect(readManifest(join(folder, 'runs', 'base--01--0')).created).toBe(base)
    expect(readManifest(join(folder, 'runs', 'slow--01--0')).resumed).toBe(1)
    const expected = results(whole)
    expect(Object.keys(expected)).toHaveLength(12)
    for (const [name, bytes] of Object.entries(expected)) expect(results(folder)[name] === bytes, name).toBe(true)
    expect(tables(folder)).toEqual(tables(whole))
  })
})

function stepsDone(folder: string): number {
  try {
    return readManifest(folder).stepsDone
  } catch {
    return 0
  }
}

// Tasks that make a sweep together: on this host, and as hosts of their own, with names, process numbers and networks of their own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shareOf } from '../../src/cli/sweep.ts'
import { claimRun, taskAtWork } from '../../src/sweep/claim.ts'
import { readIndex } from '../../src/sweep/folder.ts'
import { type Ended, rephoto } from '../cli/spawn.ts'
import { makeExperiment } from './experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-task-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))
/** What makes a process a host of its own: name, network, process numbers. */
const asHost = (name: string) => [
  ...['unshare', '--net', '--uts', '--pid', '--fork', '--mount-proc', '--kill-child'],
  ...['sh', '-c', `hostname ${name} && exec "$@"`, 'sh'],
]
const isPossible = spawnSync(asHost('a')[0]!, [...asHost('a').slice(1), 'true']).status === 0

let file = ''
beforeAll(async () => {
  file = await makeExperiment(place, {
    base: { pack: './pack', optimize: { steps: [1, 1] }, output: { frames: 0 } },
    conditions: { grid: { 'losses.eye.weight': [0.1, 0.2] } },
  })
})

const made = ({ stderr }: Ended) => [...stderr.matchAll(/\[\d+\/\d+\] (\S+)/gu)].map((match) => match[1]!)

async function together(folder: string, before: (name: string) => readonly string[]) {
  const task = (i: number) => {
    const args = ['sweep', file, '--out', folder, '--task', `${i}/2`, '--jobs', '1']
    const prefix = before(`host-${i}`)
    return prefix.length === 0 ? rephoto(args) : started([...prefix, process.execPath, bin, ...args])
  }
  return Promise.all([task(0), task(1)])
}

async function started([command, ...args]: string[]): Promise<Ended> {
  const { spawn } = await import('node:child_process')
  return new Promise((done, fail) => {
    const child = spawn(command!, args)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
}

const kind = isPossible ? 'two hosts in namespaces' : 'two processes of this host (two hosts need root, for unshare)'
const folder = join(place, 'shared')

describe(kind, () => {
  it('make every run once, and compare them all', async () => {
    const ended = await together(folder, isPossible ? asHost : () => [])
    for (const { code, stderr } of ended) expect(code, stderr).toBe(0)
    const [one, two] = ended.map(made)
    expect([...one!, ...two!].sort()).toEqual(
      ['eye-0.1', 'eye-0.2'].flatMap((name) => [`${name}--01--0`, `${name}--02--0`]).sort(),
    )
    expect(Math.min(one!.length, two!.length)).toBeGreaterThanOrEqual(1)
    const index = readIndex(folder)!
    expect(index.runs.map(({ status }) => status)).toEqual(new Array(4).fill('complete'))
    expect(ended.filter(({ stdout }) => stdout.includes('report: ')).length).toBeGreaterThanOrEqual(1)
    expect(existsSync(join(folder, 'report.html'))).toBe(true)
    expect(readdirSync(folder)).not.toContain('claims')
    expect(readFileSync(join(folder, 'tables', 'runs.csv'), 'utf8').match(/true/gu)!.length).toBeGreaterThanOrEqual(4)
  })
})

describe('tasks', () => {
  it('have runs that are claimed to themselves, and finish what is done at once', async () => {
    const release = claimRun(folder, 'eye-0.2--02--0')!
    try {
      expect(claimRun(folder, 'eye-0.2--02--0')).toBeUndefined()
      expect(taskAtWork(folder)).toMatchObject({ run: 'eye-0.2--02--0', host: hostname() })
      const whole = await rephoto(['sweep', file, '--out', folder])
      expect(whole.code).toBe(1)
      expect(whole.stderr).toContain('expected a sweep that nobody works on, found a task at eye-0.2--02--0')
    } finally {
      release()
    }
    const { stderr, code } = await rephoto(['sweep', file, '--out', folder, '--task', '1/2'])
    expect(code).toBe(0)
    expect(stderr).toContain('4 runs, 4 of them done already, 0 to do')
  })

  it('are counted from 0', () => {
    expect(shareOf('0/8')).toEqual({ index: 0, count: 8 })
    for (const text of ['2/2', '-1/2', '1', '1/0', 'a/b', '0/99999'])
      expect(() => shareOf(text)).toThrow(`--task: expected i/n with i from 0 to n − 1, such as 0/8, found ${text}`)
  })
})

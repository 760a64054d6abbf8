/** Sweeps as job arrays: the script, and a real Slurm of one node where one can be started. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { readIndex } from '../../src/sweep/folder.ts'
import type { Layout } from '../../src/sweep/layout.ts'
import { withSlurm } from '../../src/sweep/slurm.ts'
import { arrayScript } from '../../src/sweep/slurm-script.ts'
import { rephoto } from '../cli/spawn.ts'
import { makeExperiment } from './experiment.ts'
import { lines, startSlurm, whyNoSlurm } from './slurm.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto slurm-'))
// slurm.conf takes no spaces; the sweep's own folder has one on purpose.
const daemons = mkdtempSync(join(tmpdir(), 'rephoto-slurm-'))
let file = ''
beforeAll(async () => {
  file = await makeExperiment(place, {
    inputs: [{ set: 'set', take: 1 }],
    conditions: {
      list: [{ name: 'base' }, { name: 'diverges', set: { 'optimize.lr': 1000, 'optimize.cameraLr': 1000 } }],
    },
    base: { pack: './pack', optimize: { steps: [6, 6] }, output: { frames: 0 } },
    sbatch: ['--comment=a sweep'],
  })
})
afterAll(() => {
  for (const folder of [place, daemons]) rmSync(folder, { recursive: true, force: true })
})
afterEach(() => {
  delete process.env.SLURM_CONF
})

it('the script makes the run of its line, also with spaces and quotes in paths', () => {
  const folder = join(place, "it's here")
  mkdirSync(folder, { recursive: true })
  const program = join(folder, 'print.sh')
  writeFileSync(program, '#!/bin/bash\nprintf "%s|" "$@"\n', { mode: 0o755 })
  const script = join(folder, 'array.sh')
  writeFileSync(script, arrayScript({ name: 'two words', folder, threads: 3, command: [program, 'x y'] }))
  writeFileSync(join(folder, 'tasks.txt'), 'first--01--0\nsecond--01--0\n')
  const text = readFileSync(script, 'utf8')
  expect(text).toContain('#SBATCH --job-name="rephoto-two words"\n')
  expect(text).toContain('#SBATCH --cpus-per-task=3\n')
  expect(text).toContain(`#SBATCH --output="${folder}/logs/slurm-%A_%a.log"\n`)
  const printed = execFileSync('bash', [script, join(folder, 'tasks.txt')], {
    env: { ...process.env, SLURM_ARRAY_TASK_ID: '1' },
    encoding: 'utf8',
  })
  expect(printed).toBe(`x y|sweep-run|${folder}|second--01--0|`)
})

it('where Slurm is not installed, says so', async () => {
  const path = process.env.PATH
  process.env.PATH = join(place, 'nothing')
  try {
    const { code, stderr } = await rephoto(['sweep', file, '--out', join(place, 'none'), '--launcher', 'slurm'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/sbatch: expected Slurm's commands in PATH, found none; use --launcher local/u)
  } finally {
    process.env.PATH = path
  }
})

/** Slurm's commands as shell scripts, and a layout of which they need no more than this. */
function fakeSlurm(folder: string, sbatch: string) {
  const bin = `${folder}-bin`
  mkdirSync(bin, { recursive: true })
  const command = (name: string, lines: string) =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
  command('sbatch', sbatch)
  command('squeue', 'echo 17_0')
  const layout = { folder, experiment: { name: 'many', threads: 1, sbatch: ['--dependency=x'] } } as unknown as Layout
  return async (count: number, jobs?: number) => {
    const tasks = Array.from({ length: count }, (_, i) => ({
      name: `r${i}`,
      hash: '',
      continued: false,
      computing: '',
    }))
    const options = { wait: false, ...(jobs === undefined ? {} : { jobs }) }
    const path = process.env.PATH
    process.env.PATH = `${bin}${delimiter}${path}`
    try {
      await withSlurm(options, () => {})(layout, tasks, { started: () => {}, ended: () => {} })
    } finally {
      process.env.PATH = path
    }
  }
}

it('of two arrays the first is known as queued when the second is refused', async () => {
  const folder = join(place, 'refused')
  const list = join(folder, 'slurm', 'tasks-1.txt')
  const submit = fakeSlurm(
    folder,
    `for last; do :; done; [ "$last" != "${list}" ] || { echo QOS limit >&2; exit 1; }; echo 17`,
  )
  await expect(submit(1001)).rejects.toThrow('sbatch: QOS limit')
  await expect(submit(1001)).rejects.toThrow('found job 17')
})

it('a limit holds for several arrays together: they follow one another', async () => {
  const submitted = async (jobs?: number) => {
    const folder = join(place, `chained-${jobs}`)
    const called = `${folder}.log`
    const submit = fakeSlurm(folder, `echo "$@" >> "${called}"; wc -l < "${called}"`)
    await submit(2001, jobs)
    // What sbatch takes for an option that is there twice is the last.
    const wait = /.*--dependency=(\S+)/u
    return lines(called).map((line) => [/--array=(\S+)/u.exec(line)![1], wait.exec(line)![1]])
  }
  expect(await submitted(3)).toEqual([
    ['0-999%3', 'x'],
    ['0-999%3', 'afterany:1'],
    ['0-0%3', 'afterany:2'],
  ])
  expect(await submitted()).toEqual([
    ['0-999', 'x'],
    ['0-999', 'x'],
    ['0-0', 'x'],
  ])
})

const reason = whyNoSlurm()
it.skipIf(reason !== undefined)(`a real job array, watched and collected${reason ? ` (${reason})` : ''}`, async () => {
  const cluster = await startSlurm(daemons)
  try {
    process.env.SLURM_CONF = cluster.conf
    const out = join(place, 'out')
    const { code, stderr, stdout } = await rephoto(['sweep', file, '--out', out, '--launcher', 'slurm', '--jobs', '1'])
    expect(stderr).toMatch(/submitted 2 tasks as job \d+/u)
    expect(stderr).toMatch(/\[2\/2\]/u)
    expect(stderr).toContain('1 complete, 1 failed, 0 left to do')
    expect(code).toBe(1)
    expect(stdout).toContain('report: ')
    expect(lines(join(out, 'slurm', 'tasks-0.txt'))).toEqual(['base--01--0', 'diverges--01--0'])
    expect(readIndex(out)!.runs.map(({ status }) => status)).toEqual(['complete', 'failed'])

    // Submitted without waiting: only what is left, and collected later. The task must not have ended before it is asked for.
    cluster.open(false)
    const later = await rephoto(['sweep', file, '--out', out, '--launcher', 'slurm', '--no-wait'])
    expect(later.stderr).toMatch(/submitted 1 tasks as job \d+/u)
    const again = await rephoto(['sweep', file, '--out', out, '--launcher', 'slurm'])
    expect(again.stderr).toMatch(/expected no tasks of this sweep in the queue, found job \d+/u)
    cluster.open(true)
    const queued = () =>
      execFileSync('squeue', ['--noheader'], {
        env: { ...process.env, SLURM_CONF: cluster.conf },
        encoding: 'utf8',
      }).trim()
    while (queued() !== '') await new Promise((done) => setTimeout(done, 500))
    const collected = await rephoto(['sweep', file, '--out', out, '--collect'])
    expect(collected.stderr).toContain('1 complete, 1 failed, 0 left to do')
  } finally {
    await cluster.stop()
  }
})

/** Ctrl-C and SIGKILL on the real command line, and that a resumed run ends like one that was left alone. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { resumeRun, run } from '../../src/methods/runner.ts'
import { readManifest } from '../../src/run/manifest.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'
import { rephoto } from './spawn.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-interrupt-'))
const pack = join(place, 'pack')
const input = join(place, 'input.png')
const steps = [40, 40]
const settings = [
  '--set',
  `optimize.steps=${JSON.stringify(steps)}`,
  '--set',
  'output.frames=2',
  '--set',
  'output.saveEverySeconds=0.05',
]
const common = ['--pack', pack, '--align', 'none', '--threads', '1', ...settings]
const whole = join(place, 'whole')
const same = ['losses.csv', 'final.safetensors', 'result.png']

beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 64, 64)
  await writePicture(input, fromPlanar(pixels, { channels: 1, height: 64, width: 64 }, '01', 'round'))
  const config = { ...tinyConfig(pack, input), optimize: { steps }, output: { frames: 2 } }
  await run({ config, out: whole })
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** Sends a signal once, when the first step has been shown. */
function once(signal: NodeJS.Signals) {
  let sent = false
  return (text: string, child: ChildProcessWithoutNullStreams) => {
    if (sent || !text.includes('step ')) return
    sent = true
    setTimeout(() => child.kill(signal), 200)
  }
}

function expectLikeWhole(folder: string): void {
  expect(readdirSync(folder).sort()).toEqual(readdirSync(whole).sort())
  for (const name of same)
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(whole, name))), name).toBe(true)
}

it('Ctrl-C ends after the step, writes what was reached, and says how to go on', async () => {
  const folder = join(place, 'stopped')
  const ended = await rephoto(['run', input, '--out', folder, ...common], { onStderr: once('SIGINT') })
  expect(ended.code).toBe(130)
  const { status, stepsDone } = readManifest(folder)
  expect(status).toBe('partial')
  expect(stepsDone).toBeGreaterThan(0)
  expect(ended.stderr).toContain(`stopped after step ${stepsDone} of 80; continue with: rephoto resume ${folder}`)
  expect(ended.stdout).toMatch(/^report: .*report\.html\n$/u)
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('This run was stopped')

  const resumed = await rephoto(['resume', folder])
  expect(resumed.code).toBe(0)
  expect(resumed.stdout).toMatch(/^result: .*result\.png\nreport: .*report\.html\n$/u)
  expectLikeWhole(folder)
})

it('Ctrl-C is answered at once, also while a computation blocks', async () => {
  const folder = join(place, 'answered')
  let sent = false
  const ended = await rephoto(['run', input, '--out', folder, ...common], {
    onStderr: (text, child) => {
      if (sent || !text.includes('compiling the step')) return
      sent = true
      child.kill('SIGINT')
    },
  })
  expect(ended.code).toBe(130)
  // Compiling blocks its thread until "optimizing": the answer does not wait for that.
  expect(ended.stderr.indexOf('stopping after')).toBeLessThan(ended.stderr.indexOf('optimizing'))
  expect(ended.stderr).toContain('stopped after step 0 of 80')
})

it('a killed run looks interrupted, not whole, and can be continued', async () => {
  const folder = join(place, 'killed')
  const ended = await rephoto(['run', input, '--out', folder, ...common], { onStderr: once('SIGKILL') })
  expect(ended.signal).toBe('SIGKILL')
  expect(readManifest(folder).status).toBe('running')
  expect(readdirSync(folder)).not.toContain('result.png')
  expect(await resumeRun(folder)).toMatchObject({ status: 'complete' })
  expectLikeWhole(folder)
})

it('a terminal’s Ctrl-C, which all its processes hear, ends a chain in order, and it goes on', async () => {
  const folder = join(place, 'chain')
  const changes = [...settings.filter((word) => word !== '--set'), `pack=${pack}`, 'align.mode=none'].flatMap(
    (change) => ['--then-set', `rephotograph.${change}`],
  )
  const file = join(place, 'chain.png')
  let sent = false
  const begin = ['upscale', input, '--scale', '1', '--threads', '1', '--out', file, '--reports', folder]
  const ended = await rephoto([...begin, '--then', 'rephotograph', ...changes], {
    group: true,
    onStderr: (text, child) => {
      if (sent || !text.includes('optimizing')) return
      sent = true
      process.kill(-child.pid!, 'SIGINT')
    },
  })
  expect(ended.stderr).toContain(`stopped after step 1 of 2; continue with: rephoto resume ${folder}`)
  expect(ended.code).toBe(130)
  expect(readManifest(join(folder, '2-rephotograph')).status).toBe('partial')
  const resumed = await rephoto(['resume', folder])
  expect(resumed.code).toBe(0)
  expect(readManifest(join(folder, '2-rephotograph')).status).toBe('complete')
  expect(readFileSync(file).length).toBeGreaterThan(100)
})

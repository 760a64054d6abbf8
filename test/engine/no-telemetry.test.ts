/** ONNX Runtime leaves no traces of its own: neither from the main thread nor from the thread of a run. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { full } from '../support/full.ts'

const root = new URL('../..', import.meta.url).href
const place = mkdtempSync(join(tmpdir(), 'rephoto-telemetry-'))
afterAll(() => rmSync(place, { recursive: true }))

/** The files of ONNX Runtime's telemetry that a process leaves which computes something. */
function tracesOf(name: string, code: string, environment: Record<string, string> = {}): string[] {
  const home = mkdtempSync(join(place, 'home-'))
  const script = join(home, `${name}.mjs`)
  writeFileSync(script, code)
  execFileSync(process.execPath, ['--import', 'tsx', script], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, 'cache'), ...environment },
  })
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => /\.ses$|mat-debug|deviceid|onnxruntime\.db/u.test(file))
}

const compute = `
import { runOnce } from '${root}/src/engine/executable.ts'
import { constant } from '${root}/src/graph/tensor.ts'
await runOnce({ y: constant([1], [1]) })
`
/** @param before what the main thread imports */
const inThread = (before: string) => `
import { Worker } from 'node:worker_threads'
import '${root}/${before}'
const worker = new Worker(new URL('${root}/bin/part.js'), { argv: ['engine/onnxruntime/probe-main', 'cpu'] })
worker.on('error', (error) => { throw error })
worker.on('exit', (code) => { process.exitCode = code })
`

it.each([
  ['a program', compute],
  ['a thread of the command line', inThread('src/cli/thread.ts')],
  ['a thread of a program that imports the package', inThread('src/index.ts')],
])('%s', { timeout: 60_000 }, (_, code) => {
  expect(tracesOf('quiet', code)).toEqual([])
})

// With the log and the numbers of a telemetry that is on, so not in every test run of everybody.
it.runIf(full && process.platform !== 'win32')('is allowed to them who ask for it', { timeout: 60_000 }, () => {
  expect(tracesOf('asked', compute, { ORT_DISABLE_TELEMETRY: '0' })).not.toEqual([])
})

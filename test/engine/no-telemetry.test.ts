/** ONNX Runtime leaves no traces of its own: neither from the main thread nor from the thread of a run. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'rephoto-telemetry-'))
afterAll(() => rmSync(place, { recursive: true }))

/** The files of ONNX Runtime's telemetry that a process leaves which computes something. */
function tracesOf(name: string, code: string, environment: Record<string, string> = {}): string[] {
  const home = mkdtempSync(join(place, 'home-'))
  const script = join(home, `${name}.mjs`)
  writeFileSync(script, code)
  execFileSync(process.execPath, ['--import', 'tsx', script], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, XDG_CACHE_HOME: join(home, 'cache'), ...environment },
  })
  const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
  return files.filter((file) => /\.ses$|mat-debug|deviceid|onnxruntime\.db/u.test(file))
}

const compute = `
import { runOnce } from '${root}src/engine/executable.ts'
import { constant } from '${root}src/graph/tensor.ts'
await runOnce({ y: constant([1], [1]) })
`
const inThread = `
import { Worker } from 'node:worker_threads'
import '${root}src/cli/thread.ts'
const worker = new Worker('${root}bin/part.js', { argv: ['engine/onnxruntime/probe-main', 'cpu'] })
worker.on('error', (error) => { throw error })
`

it.each([
  ['a program', compute],
  ['a thread', inThread],
])('%s', { timeout: 60_000 }, (_, code) => {
  expect(tracesOf('quiet', code)).toEqual([])
})

it('is allowed to them who ask for it', { timeout: 60_000 }, () => {
  if (process.platform === 'win32') return
  expect(tracesOf('asked', compute, { ORT_DISABLE_TELEMETRY: '0' })).not.toEqual([])
})

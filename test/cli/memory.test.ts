// Limits on memory, on the real command line: under a limit on address space a run needs little more than it uses, and
// where that is not there, one line says so.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryError, memoryProblem, requireAddressSpace } from '../../src/engine/memory.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-memory-'))
const pack = join(place, 'pack')
const input = join(place, 'input.png')

beforeAll(async () => {
  makeTinyPack(pack)
  const pixels = formulaImage('portrait', 1, 64, 64)
  await writePicture(input, fromPlanar(pixels, { channels: 1, height: 64, width: 64 }, '01', 'round'))
})
afterAll(() => rmSync(place, { recursive: true }))

/** Arguments of bash: the command under a limit on address space, in kB. */
const limited = (limit: number, ...args: string[]) => [
  '-c',
  `ulimit -v ${limit} && exec "$0" "$@"`,
  process.execPath,
  'bin/rephoto.js',
  ...args,
]
/** Settings of the allocator that reserve more than they use would eat up a limit before anything is said. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MALLOC_')))
const within = (limit: number, ...args: string[]) =>
  spawnSync('bash', limited(limit, ...args), { encoding: 'utf8', env })
const run = (out: string) => ['run', input, '--pack', pack, '--align', 'none', '--threads', '1', '--out', out]

describe.runIf(existsSync('/proc/self/limits'))('a limit on address space', () => {
  it('of 8 GB leaves room for a run', () => {
    const folder = join(place, 'enough')
    const { status, stderr } = within(8_000_000, ...run(folder), '--set', 'optimize.steps=[2]')
    expect(stderr).toContain('done in')
    expect(status).toBe(0)
    expect(existsSync(join(folder, 'result.png'))).toBe(true)
  })

  it.each([1_000_000, 4_000_000])('of %d kB is too little, which is said in one line', (limit) => {
    const { status, stderr, stdout } = within(limit, ...run(join(place, `little-${limit}`)))
    expect(stdout).toBe('')
    expect(stderr).toMatch(
      /^rephoto: not enough memory: expected at least [\d.]+ GB of address space[^\n]*, found a limit of [\d.]+ GB; raise it \(ulimit -v unlimited\)\n$/u,
    )
    expect(status).toBe(1)
  })

  it('passes signals on, and leaves nobody behind', async () => {
    const child = spawn('bash', limited(8_000_000, ...run(join(place, 'signal')), '--set', 'optimize.steps=[90000]'))
    let stderr = ''
    const ended = new Promise<number | null>((done) => child.once('close', done))
    child.stderr.on('data', (chunk: Buffer) => {
      const before = stderr
      stderr += chunk.toString()
      if (stderr.includes('step ') && !before.includes('step ')) child.kill('SIGTERM')
    })
    // The pipes close when the last process that holds them has ended.
    expect(await ended).toBe(143)
    expect(stderr).toContain('continue with: rephoto resume')
  })
})

describe('lack of memory in the words of others', () => {
  const said = (error: Error) => memoryProblem(error)?.message ?? null

  it('becomes one line with the number that was asked for', () => {
    expect(said(new RangeError('Invalid typed array length: 1000000000000'))).toMatch(
      /^not enough memory: at least 1000\.0 GB at once were asked for, and /u,
    )
    const onnx =
      'Non-zero status code returned while running Conv node.\n\u001b[1;31mFailed to allocate memory for requested buffer of size 40000000000\u001b[m'
    expect(said(new Error(onnx))).toMatch(/^not enough memory: at least 40\.0 GB at once [ -~]*$/u)
    for (const text of [
      'Array buffer allocation failed',
      'WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance',
      'libonnxruntime.so.1: failed to map segment from shared object',
      'std::bad_alloc',
      'Worker terminated due to reaching memory limit: JS heap out of memory',
      'spawn ENOMEM',
    ])
      expect(said(new Error(text)), text).toMatch(/^not enough memory: none was left, and [^\n]*$/u)
  })

  it('is not seen in other errors', () => {
    for (const error of [
      new RangeError('Invalid typed array length: -1'),
      new TypeError('out of memory'),
      new Error('ENOENT: no such file'),
      Object.assign(new Error('expected enough memory'), { name: 'ConfigError' }),
    ])
      expect(said(error), error.message).toBeNull()
  })

  it('is foreseen where a limit is known', () => {
    expect(() => requireAddressSpace(5e9, 4e9)).toThrow(MemoryError)
    expect(() => requireAddressSpace(5e9, 4e9)).toThrow(
      'at least 5.0 GB of address space for a run, found a limit of 4.0 GB',
    )
    requireAddressSpace(5e9, Infinity)
  })
})

// Downloads against a server that does everything mirrors do.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { download } from '../../src/models/download.ts'
import type { Download } from '../../src/models/pack.ts'
import { temporaryFolder } from '../support/checkpoints.ts'
import { formulaValues } from '../support/formula.ts'
import { type MirrorServer, mirrorServer } from '../support/mirror-server.ts'

const content = new Uint8Array(formulaValues('download', 75_000).buffer)
const sha256 = createHash('sha256').update(content).digest('hex')
const folder = temporaryFolder('download')
const target = join(folder, 'network.pth')
let server: MirrorServer
let deadUrl = ''

beforeAll(async () => {
  server = await mirrorServer(content)
  // A port that nobody listens on: one that was just given back.
  const gone = createServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  deadUrl = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/x`
  await new Promise((resolve) => gone.close(resolve))
})
afterAll(() => server.close())
beforeEach(() => {
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  server.requests.length = 0
})

const known = { sha256, bytes: content.length }
const file = (paths: string[], more: Partial<Download> = {}): Download => ({
  name: 'network.pth',
  provides: ['vgg16'],
  licence: 'none',
  urls: paths.map((path) => (path.startsWith('http') ? path : server.url(path))),
  ...more,
})
const arrived = () => {
  expect(readFileSync(target).equals(Buffer.from(content))).toBe(true)
  expect(readdirSync(dirname(target))).toEqual([basename(target)])
}

test('a good mirror, with progress', async () => {
  const seen: number[] = []
  const result = await download(file(['good'], known), target, {
    onProgress: ({ done, total }) => {
      expect(total).toBe(content.length)
      seen.push(done)
    },
  })
  expect(result).toMatchObject({ sha256, bytes: content.length, resumed: 0, problems: [] })
  expect(seen.at(-1)).toBe(content.length)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  arrived()
})

test('the next mirror when one is dead, gone, a web page, wrong, truncated or silent', async () => {
  const paths = [deadUrl, 'missing', 'page', 'sneaky', 'wrong', 'short/100000', 'stalls/1000', 'redirect']
  const result = await download(file(paths, known), target, { idleTimeout: 300 })
  expect(result.url).toBe(server.url('redirect'))
  const problems = result.problems.join('\n')
  expect(problems).toMatch(/ECONNREFUSED/)
  expect(problems).toMatch(/answers 404/)
  expect(problems.match(/answers with a web page/g)).toHaveLength(2)
  expect(problems).toMatch(/gives another file: SHA-256/)
  expect(problems).toMatch(/breaks off|ends after 100000/)
  expect(problems).toMatch(/sends nothing for 300 ms/)
  arrived()
})

describe('resume', () => {
  test('on the same mirror, as often as it brings something', async () => {
    const result = await download(file(['breaks/120000']), target)
    expect(server.requests).toEqual([
      'GET /breaks/120000',
      'GET /breaks/120000 bytes=120000-',
      'GET /breaks/120000 bytes=240000-',
    ])
    expect(result.resumed).toBe(240_000)
    arrived()
  })

  test('in another process, later', async () => {
    await expect(download(file(['breaks/70000']), target)).rejects.toThrow('no mirror gave it')
    expect(existsSync(`${target}.part`)).toBe(true)
    const result = await download(file(['breaks/70000']), target)
    expect(result.resumed).toBe(280_000)
    arrived()
  })

  test('after being stopped', async () => {
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 100_000) stop.abort(new Error('stopped'))
    }
    await expect(download(file(['stalls/100000']), target, { signal: stop.signal, onProgress })).rejects.toThrow(
      'stopped',
    )
    const { resumed } = await download(file(['good'], known), target)
    expect(resumed).toBe(100_000)
    arrived()
  })

  test('on another mirror only when a hash judges the whole', async () => {
    await download(file(['short/100000', 'good'], known), target)
    expect(server.requests.at(-1)).toMatch(/^GET \/good bytes=/)
    arrived()
    rmSync(target)
    server.requests.length = 0
    await download(file(['short/100000', 'good']), target)
    expect(server.requests.at(-1)).toBe('GET /good')
    arrived()
  })

  test('from the start where a server ignores ranges, or its file changed', async () => {
    for (const path of ['norange', 'changed']) {
      writeFileSync(`${target}.part`, Buffer.from(content.subarray(0, 1000)).fill(7))
      writeFileSync(`${target}.part.json`, JSON.stringify({ url: server.url(path), tag: '"old"' }))
      await download(file([path]), target)
      arrived()
      rmSync(target)
    }
  })

  test('what is complete already is not fetched again', async () => {
    writeFileSync(`${target}.part`, content)
    await download(file(['good'], known), target)
    expect(server.requests).toEqual([])
    arrived()
  })
})

describe('what is refused', () => {
  test('the wrong file everywhere: nothing stays', async () => {
    const prefix = { sha256Prefix: sha256.slice(0, 8) }
    await expect(
      download(file(['wrong', 'wrong'], { ...prefix, page: 'https://example.org/' }), target),
    ).rejects.toThrow(
      /^network.pth: no mirror gave it \(.*gives another file: SHA-256.*\); look at https:\/\/example.org\/ and import the file by hand$/,
    )
    expect(readdirSync(folder).filter((name) => !name.endsWith('.json'))).toEqual([])
  })
  test('an answer without end', async () => {
    await expect(download(file(['endless'], { bytes: 1 << 20 }), target)).rejects.toThrow(
      'sends more than the file has',
    )
  })
  test('another size than the pack names', async () => {
    await expect(download(file(['good'], { bytes: 5 }), target)).rejects.toThrow(
      'offers 300000 bytes where the file has 5',
    )
  })
  test('no address', async () => {
    await expect(download(file([]), target)).rejects.toThrow('no address is known for it')
  })
  test('an unwritable folder', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(download(file(['good']), join(folder, 'file', 'x'))).rejects.toThrow()
  })
})

test('a length that is not told: the pack’s own counts', async () => {
  await download(file(['nolength']), target)
  arrived()
  rmSync(target)
  const { problems } = await download(file(['cut/1000', 'good'], known), target)
  expect(problems[0]).toMatch(/ends after 1000 of 300000 bytes/)
  arrived()
})

/** The server of a live page: who is let in, what is served, and that nothing is missed. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHistory, type History } from '../../src/live/history.ts'
import { type LiveCommand, type LiveServer, startLiveServer } from '../../src/live/server.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-live-'))
const folder = join(place, 'run')
mkdirSync(join(folder, 'frames'), { recursive: true })
writeFileSync(join(folder, 'result.png'), 'a picture')
writeFileSync(join(folder, 'frames/0012.png'), 'a frame')
writeFileSync(join(place, 'secret.png'), 'not for you')
symlinkSync(join(place, 'secret.png'), join(folder, 'linked.png'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

let history: History
let server: LiveServer
let asked: LiveCommand[]
let report: string | undefined
beforeEach(async () => {
  history = createHistory()
  asked = []
  report = undefined
  server = await startLiveServer({
    history,
    page: () => '<p>the page</p>',
    folderOf: (run) => (run === '' || run === 'a run' ? folder : undefined),
    report: () => report,
    command: (command) => asked.push(command) > 0 && command !== 'resume',
  })
})
afterEach(() => server.close())

/** Asks by plain HTTP, for fetch does not let headers be forged. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  const { hostname, port } = new URL(server.url)
  return new Promise<{ code: number; body: string }>((resolve, reject) => {
    const asking = request({ hostname, port, path, headers, method }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.on('end', () => resolve({ code: response.statusCode!, body }))
    })
    asking.on('error', reject).end()
  })
}
const secret = () => new URL(server.url).pathname
const code = async (...parts: Parameters<typeof ask>) => (await ask(...parts)).code

describe('lets in', () => {
  it('only on this machine, only with the secret', async () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1')
    expect(secret().length).toBeGreaterThan(30)
    expect(await ask(secret())).toEqual({ code: 200, body: '<p>the page</p>' })
    for (const path of ['/', '/events', '/x/', secret().slice(0, -2), `${secret().slice(0, -2)}x/`, '/..%2f', '//'])
      expect(await code(path), path).toBe(403)
  })
  it('no other origin, no other name, no other site', async () => {
    const { host } = new URL(server.url)
    expect(await code(secret(), { origin: 'https://evil.example' })).toBe(403)
    expect(await code(secret(), { origin: 'null' })).toBe(403)
    expect(await code(secret(), { host: 'evil.example' })).toBe(403)
    expect(await code(secret(), { host: `evil.example:${new URL(server.url).port}` })).toBe(403)
    expect(await code(`${secret()}stop`, { 'sec-fetch-site': 'cross-site' }, 'POST')).toBe(403)
    expect(asked).toEqual([])
    expect(await code(secret(), { origin: `http://${host}` })).toBe(200)
  })
})

it('serves pictures of the run by name, and nothing else of the disk', async () => {
  const get = async (path: string) => ask(`${secret()}picture/${path}`)
  expect(await get('result')).toEqual({ code: 200, body: 'a picture' })
  expect(await get('12')).toEqual({ code: 200, body: 'a frame' })
  expect(await get('a%20run/result')).toEqual({ code: 200, body: 'a picture' })
  for (const path of [
    '13',
    'linked',
    '..%2fsecret',
    '../secret',
    '%2e%2e/secret',
    'other/result',
    'manifest.json',
    '%',
    '',
  ])
    expect((await get(path)).code, path).toBeGreaterThanOrEqual(403)
})

it('takes commands by POST alone, and says what is not possible', async () => {
  expect(await code(`${secret()}pause`, {}, 'POST')).toBe(204)
  expect(await code(`${secret()}stop`, {}, 'POST')).toBe(204)
  expect(await code(`${secret()}resume`, {}, 'POST')).toBe(409)
  expect(await code(`${secret()}stop`)).toBe(404)
  expect(await code(`${secret()}rm`, {}, 'POST')).toBe(404)
  expect(await code(secret(), {}, 'DELETE')).toBe(405)
  expect(asked).toEqual(['pause', 'stop', 'resume'])
})

/** Reads messages until there are enough. */
async function messages(count: number, headers: Record<string, string> = {}): Promise<string[]> {
  const response = await fetch(`${server.url}events`, { headers })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  let text = ''
  const decoder = new TextDecoder()
  for await (const part of response.body!) {
    text += decoder.decode(part)
    const found = [...text.matchAll(/^id: (\d+)\ndata: (.*)$/gmu)]
    if (found.length >= count) return found.map(([, id, data]) => `${id} ${data}`)
  }
  throw new Error(`the stream ended after ${text}`)
}

it('a page that comes late, twice or again misses nothing', async () => {
  history.tell({ type: 'a' })
  history.tell({ type: 'b' })
  const [first, second] = [messages(3), messages(3)]
  setTimeout(() => history.tell({ type: 'c' }), 50)
  const all = ['1 {"type":"a"}', '2 {"type":"b"}', '3 {"type":"c"}']
  expect(await first).toEqual(all)
  expect(await second).toEqual(all)
  expect(await messages(1, { 'last-event-id': '2' })).toEqual(all.slice(2))
})

it('keeps only the newest of what replaces itself', () => {
  history.tell({ type: 'step', n: 1 }, 'x')
  history.tell({ type: 'other' })
  history.tell({ type: 'step', n: 2 }, 'x')
  expect(history.since(0).map(({ id }) => id)).toEqual([2, 3])
})

it('waits at its end for a viewer to get the report, and not without one', async () => {
  report = join(folder, 'result.png')
  const begin = performance.now()
  history.tell({ type: 'a' })
  await messages(1)
  const closing = server.close()
  expect(await ask(`${secret()}report`)).toEqual({ code: 200, body: 'a picture' })
  await closing
  expect(performance.now() - begin).toBeLessThan(4000)
  await expect(ask(secret())).rejects.toThrow()
})

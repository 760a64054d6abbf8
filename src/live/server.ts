/**
 * The server of a live page: on this machine alone (loopback), on a free port, below an address that holds a secret. What it serves is the
 * page, its messages (server-sent events), pictures of the run folder by name, and the report at the end; what it takes is pause, go on
 * and stop.
 *
 * Other pages in the same browser can send requests to any address: whoever lacks the secret, comes by another name than the loopback's
 * (DNS rebinding) or from another origin gets 403.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isInside, readInside } from '../run/inside.ts'
import type { History, Numbered } from './history.ts'

/** What a page can ask for. */
export type LiveCommand = 'pause' | 'resume' | 'stop'

/** What the server needs of what it shows. */
export interface LiveSource {
  readonly history: History
  /** The page. */
  page(): string
  /** Folder of a run by its name in a sweep; '' for a single run. Undefined where there is none (yet). */
  folderOf(run: string): string | undefined
  /** The report, once there is one. */
  report(): string | undefined
  /** @returns false for what is not possible here */
  command(command: LiveCommand): boolean
}

/** A running server. */
export interface LiveServer {
  /** With the secret in it. */
  readonly url: string
  /** Ends it; viewers that are there get the report first, if there is one, for some seconds. */
  close(): Promise<void>
}

/** A viewer that has left so much unread is cut off; it comes again and gets what it missed. */
const MOST_UNREAD = 8 << 20
/** Milliseconds between signs of life, so that proxies keep the connection. */
const HEARTBEAT = 15_000
/** Milliseconds that an end waits for a page to become the report. */
const PATIENCE = 5000
const MOST_PICTURE_BYTES = 256 << 20

/** Starts it. */
export async function startLiveServer(source: LiveSource): Promise<LiveServer> {
  const token = randomBytes(24).toString('base64url')
  const open = new Set<ServerResponse>()
  let port = 0
  let seen = false
  let served = () => {}
  const whenServed = new Promise<void>((resolve) => {
    served = resolve
  })
  const server = createServer((request, response) => {
    const path = (request.url ?? '').slice(token.length + 2).split('?')[0]!
    if (!isOurs(request, port, token)) send(response, refusal(403, 'not for this page'))
    else if (request.method === 'GET' && path === 'events') {
      seen = true
      stream(request, response, source.history, open)
    } else send(response, replyTo(request.method, path, source))
    if (path === 'report' && response.statusCode === 200) response.on('finish', served)
  })
  server.on('clientError', (_, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
  const beat = setInterval(() => {
    for (const response of open) response.write(': alive\n\n')
  }, HEARTBEAT).unref()
  return {
    url: `http://127.0.0.1:${port}/${token}/`,
    async close() {
      if (seen && source.report() !== undefined) await Promise.race([whenServed, after(PATIENCE)])
      clearInterval(beat)
      for (const response of open) response.end()
      server.close()
      server.closeAllConnections()
    },
  }
}

function isOurs({ headers, url = '' }: IncomingMessage, port: number, token: string): boolean {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (!hosts.includes(headers.host ?? '')) return false
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return false
  if (headers['sec-fetch-site'] === 'cross-site') return false
  const given = Buffer.from(url.split('/')[1] ?? '')
  const expected = Buffer.from(token)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const after = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** What is sent. */
interface Reply {
  readonly code: number
  readonly type: string
  readonly body: string | Buffer
}

const refusal = (code: number, words: string): Reply => ({ code, type: TEXT, body: `${words}\n` })
const page = (body: string | Buffer): Reply => ({ code: 200, type: 'text/html; charset=utf-8', body })

function replyTo(method: string | undefined, path: string, source: LiveSource): Reply {
  try {
    const parts = path.split('/').map(decodeURIComponent)
    const [what] = parts
    if (method === 'POST') {
      if (what !== 'pause' && what !== 'resume' && what !== 'stop') return refusal(404, 'not found')
      return source.command(what) ? { code: 204, type: TEXT, body: '' } : refusal(409, 'not possible here')
    }
    if (method !== 'GET') return refusal(405, 'GET or POST')
    if (what === '' && parts.length === 1) return page(source.page())
    const report = what === 'report' ? source.report() : undefined
    if (report !== undefined) return page(readFileSync(report))
    if (what === 'picture') return picture(source, parts.slice(1))
    return refusal(404, 'not found')
  } catch {
    // A file that vanished while it was read, or an address that is none: the page asks again.
    return refusal(404, 'not found')
  }
}

/** `picture/<name>` or `picture/<run>/<name>`; a name is that of a picture, or the number of a frame. */
function picture(source: LiveSource, parts: readonly string[]): Reply {
  const name = parts.at(-1) ?? ''
  const folder = source.folderOf(parts.length > 1 ? parts[0]! : '')
  const file = /^\d{1,9}$/u.test(name) ? `frames/${name.padStart(4, '0')}.png` : `${name}.png`
  if (folder === undefined || !/^[\w-]{1,40}$/u.test(name) || !isInside(folder, file))
    return refusal(404, 'no such picture')
  return { code: 200, type: 'image/png', body: readInside(folder, file, MOST_PICTURE_BYTES) }
}

function stream(request: IncomingMessage, response: ServerResponse, history: History, open: Set<ServerResponse>): void {
  response.writeHead(200, { ...COMMON, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
  const write = ({ id, json }: Numbered) => {
    if (response.writableLength > MOST_UNREAD) response.destroy()
    else response.write(`id: ${id}\ndata: ${json}\n\n`)
  }
  for (const message of history.since(Number(request.headers['last-event-id'] ?? 0) || 0)) write(message)
  const forget = history.listen(write)
  open.add(response)
  response.on('close', () => {
    forget()
    open.delete(response)
  })
}

const TEXT = 'text/plain; charset=utf-8'
const COMMON = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
}

function send(response: ServerResponse, { code, type, body }: Reply): void {
  response.writeHead(code, { ...COMMON, 'content-type': type }).end(body)
}

// A local HTTP server that does what mirrors do: serve, serve in ranges, break off, lie, stall, answer with a web page.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface MirrorServer {
  readonly url: (path: string) => string
  /** "GET /path range" of every request, in order. */
  readonly requests: string[]
  close(): Promise<void>
}

/**
 * Paths: /good, /norange (ignores ranges), /breaks/N (resets the connection after N bytes of each request), /short/N
 * (has the first N bytes of the file and no more, whatever it declares), /wrong (other bytes of the same length), /page,
 * /sneaky (a page that calls itself a file), /missing, /stalls/N, /redirect, /endless, /changed (another ETag every
 * time), /nolength, /cut/N (no length told, ends in order after N bytes).
 */
export async function mirrorServer(content: Uint8Array): Promise<MirrorServer> {
  const requests: string[] = []
  let version = 0
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const [, kind = '', argument = '0'] = (request.url ?? '').split('/')
    const { range } = request.headers
    requests.push(`${request.method} ${request.url}${range === undefined ? '' : ` ${range}`}`)
    const limit = Number(argument)
    if (kind === 'missing') return void response.writeHead(404).end('gone')
    if (kind === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>quota</html>')
    if (kind === 'sneaky')
      return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('<!DOCTYPE html>')
    if (kind === 'redirect') return void response.writeHead(302, { location: '/good' }).end()
    if (kind === 'endless') {
      response.writeHead(200)
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) {}
        if (!response.destroyed) response.once('drain', more)
      }
      more()
      return
    }
    const body = kind === 'wrong' ? content.map((byte) => byte ^ 1) : content
    const etag = kind === 'changed' ? `"v${version++}"` : '"v"'
    const asked = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
    const ranged = asked > 0 && kind !== 'norange' && (request.headers['if-range'] ?? etag) === etag
    if (ranged && asked >= body.length) return void response.writeHead(416).end()
    const rest = ranged ? body.subarray(asked) : body
    const headers: Record<string, string | number> = { etag, 'content-type': 'application/octet-stream' }
    if (kind !== 'nolength' && kind !== 'cut') headers['content-length'] = rest.length
    if (ranged) headers['content-range'] = `bytes ${asked}-${body.length - 1}/${body.length}`
    response.writeHead(ranged ? 206 : 200, headers)
    if (kind === 'breaks' || kind === 'short') {
      const given = kind === 'breaks' ? limit : Math.max(0, limit - (ranged ? asked : 0))
      if (given >= rest.length) return void response.end(rest)
      response.flushHeaders()
      response.write(rest.subarray(0, given), () => setTimeout(() => response.destroy(), 20))
    } else if (kind === 'cut') response.end(rest.subarray(0, limit))
    else if (kind === 'stalls') response.write(rest.subarray(0, limit))
    else response.end(rest)
  }
  const server: Server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}/${path}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/**
 * One file from a list of mirrors: resumed where a transfer broke off, checked against what is known of it, and the next
 * mirror when one is dead, truncated, wrong or answers with a web page (which is how most dead links look).
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { makeFolders } from '../checkpoint/folders.ts'
import { ModelError } from './errors.ts'
import { hashFile } from './hash.ts'
import type { Download } from './pack.ts'

export interface DownloadProgress {
  readonly name: string
  readonly url: string
  readonly done: number
  /** Undefined where the server does not say. */
  readonly total: number | undefined
  readonly bytesPerSecond: number
}

export interface DownloadOptions {
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
  /** Milliseconds without a byte after which a mirror counts as dead. */
  readonly idleTimeout?: number
}

export interface Downloaded {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly url: string
  /** Bytes that were already there from an earlier attempt. */
  readonly resumed: number
  /** What went wrong before, mirror by mirror. */
  readonly problems: readonly string[]
}

/** Larger than any file a pack names; an endless answer must not fill the disk. */
const maxBytes = 8 * 2 ** 30
/** A broken transfer is taken up again on the same mirror as long as it brings something. */
const attempts = 3

export async function download(file: Download, target: string, options: DownloadOptions = {}): Promise<Downloaded> {
  makeFolders(dirname(target))
  const problems: string[] = []
  for (const url of file.urls) {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      options.signal?.throwIfAborted()
      const before = partSize(target)
      try {
        const resumed = await transfer(file, url, target, options)
        const { sha256, bytes } = check(file, `${target}.part`)
        renameSync(`${target}.part`, target)
        rmSync(`${target}.part.json`, { force: true })
        return { path: target, sha256, bytes, url, resumed, problems }
      } catch (error) {
        options.signal?.throwIfAborted()
        const { message } = asError(error)
        const host = new URL(url).host
        problems.push(`${host}: ${message}`)
        if (error instanceof WrongFile) rmSync(`${target}.part`, { force: true })
        if (isDiskProblem(error))
          throw new ModelError(`${target}: cannot be written (${message}); free some space and fetch again`)
        // Only a transfer that broke off is worth another attempt here.
        if (!(error instanceof BrokenOff) || partSize(target) <= before) break
      }
    }
  }
  const tried = file.urls.length === 0 ? 'no address is known for it' : `no mirror gave it (${problems.join('; ')})`
  const page = file.page === undefined ? '' : `; look at ${file.page} and import the file by hand`
  throw new ModelError(`${file.name}: ${tried}${page}`)
}

/** What came is not the file: nothing of it is kept. */
class WrongFile extends Error {}
/** The connection ended early: what came is kept. */
class BrokenOff extends Error {}

async function transfer(file: Download, url: string, target: string, options: DownloadOptions): Promise<number> {
  const part = `${target}.part`
  const origin = readOrigin(target)
  // Bytes of another mirror may only be continued when a hash will judge the whole.
  let have = partSize(target)
  const continues = have > 0 && (origin?.url === url || file.sha256 !== undefined)
  if (!continues && have > 0) {
    rmSync(part, { force: true })
    have = 0
  }
  if (file.bytes !== undefined && have === file.bytes) return have
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  if (have > 0) {
    headers.range = `bytes=${have}-`
    // If the file changed on the server, this asks for all of it instead.
    if (origin?.url === url && origin.tag !== undefined) headers['if-range'] = origin.tag
  }
  const watch = new Watchdog(options.idleTimeout ?? 30_000, options.signal)
  try {
    const response = await fetch(url, { headers, redirect: 'follow', signal: watch.signal })
    watch.alive()
    if (response.status === 416) throw new WrongFile('its file is shorter than what was already fetched')
    if (!response.ok) throw new Error(`answers ${response.status} ${response.statusText}`.trim())
    if (/^text\/html/i.test(response.headers.get('content-type') ?? ''))
      throw new Error('answers with a web page, not a file')
    const start = response.status === 206 ? rangeStart(response, have) : 0
    const length = contentLength(response)
    const total = length === undefined ? undefined : start + length
    const expected = file.bytes ?? total
    if (expected !== undefined && expected > maxBytes)
      throw new WrongFile(`offers ${expected} bytes, more than any file of a pack`)
    if (file.bytes !== undefined && total !== undefined && total !== file.bytes)
      throw new WrongFile(`offers ${total} bytes where the file has ${file.bytes}`)
    const tag = response.headers.get('etag') ?? response.headers.get('last-modified') ?? undefined
    writeFileSync(`${target}.part.json`, JSON.stringify({ url, tag }))
    await receive(response, part, start, total, { file, url, options, watch })
    return start
  } catch (error) {
    throw watch.expired ? new BrokenOff(`sends nothing for ${options.idleTimeout ?? 30_000} ms`) : error
  } finally {
    watch.stop()
  }
}

interface Context {
  readonly file: Download
  readonly url: string
  readonly options: DownloadOptions
  readonly watch: Watchdog
}

async function receive(
  response: Response,
  part: string,
  start: number,
  total: number | undefined,
  context: Context,
): Promise<void> {
  const { file, url, options, watch } = context
  const out = openSync(part, start > 0 ? 'r+' : 'w')
  const began = performance.now()
  let done = start
  try {
    for await (const chunk of body(response)) {
      watch.alive()
      if (done + chunk.length > Math.min(maxBytes, file.bytes ?? maxBytes))
        throw new WrongFile('sends more than the file has')
      if (done === 0 && chunk[0] === 0x3c) throw new WrongFile('answers with a web page, not a file')
      for (let at = 0; at < chunk.length; ) at += writeSync(out, chunk, at, chunk.length - at, done + at)
      done += chunk.length
      const seconds = (performance.now() - began) / 1000
      options.onProgress?.({
        name: file.name,
        url,
        done,
        total: file.bytes ?? total,
        bytesPerSecond: (done - start) / Math.max(seconds, 1e-3),
      })
    }
    fsyncSync(out)
  } finally {
    closeSync(out)
  }
  const expected = file.bytes ?? total
  if (expected !== undefined && done < expected) throw new BrokenOff(`ends after ${done} of ${expected} bytes`)
}

/** The body's chunks; a connection that is reset in the middle is a transfer that broke off. */
async function* body(response: Response): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const reader = response.body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value as Uint8Array
    }
  } catch (error) {
    throw new BrokenOff(`breaks off (${asError(error).message})`)
  } finally {
    reader.cancel().catch(() => {})
  }
}

function check(file: Download, path: string): { sha256: string; bytes: number } {
  const found = hashFile(path)
  const expected = file.sha256 ?? file.sha256Prefix
  if (expected !== undefined && !found.sha256.startsWith(expected))
    throw new WrongFile(
      `gives another file: SHA-256 ${found.sha256.slice(0, 16)}… where ${expected.slice(0, 16)}… was expected`,
    )
  if (file.bytes !== undefined && found.bytes !== file.bytes)
    throw new WrongFile(`gives ${found.bytes} bytes where the file has ${file.bytes}`)
  return found
}

function rangeStart(response: Response, have: number): number {
  const start = Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN)
  if (start !== have) throw new WrongFile(`continues at ${start} where ${have} was asked for`)
  return start
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get('content-length')
  const length = Number(text)
  return text === null || !Number.isSafeInteger(length) || length < 0 ? undefined : length
}

function partSize(target: string): number {
  return statSync(`${target}.part`, { throwIfNoEntry: false })?.size ?? 0
}

function readOrigin(target: string): { url: string; tag?: string } | undefined {
  const path = `${target}.part.json`
  if (!existsSync(path)) return undefined
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value !== 'object' || value === null || !('url' in value) || typeof value.url !== 'string')
      return undefined
    return 'tag' in value && typeof value.tag === 'string' ? { url: value.url, tag: value.tag } : { url: value.url }
  } catch {
    return undefined
  }
}

/** Ends a transfer when nothing arrives for a while. */
class Watchdog {
  expired = false
  readonly #controller = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #outer: AbortSignal | undefined
  readonly #abort = () => this.#controller.abort()

  constructor(milliseconds: number, outer: AbortSignal | undefined) {
    this.#outer = outer
    outer?.addEventListener('abort', this.#abort, { once: true })
    this.#timer = setTimeout(() => {
      this.expired = true
      this.#controller.abort()
    }, milliseconds)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  alive(): void {
    this.#timer.refresh()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#outer?.removeEventListener('abort', this.#abort)
  }
}

function asError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  // fetch hides the reason ("ECONNREFUSED …") behind "fetch failed".
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause : error
}

function isDiskProblem(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO'].includes(String(error.code))
  )
}

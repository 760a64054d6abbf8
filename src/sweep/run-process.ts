/** A process that makes runs of a sweep, one after the other, seen from the sweep. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { cutAtMarks, type RunLog } from './run-log.ts'
import type { ReportedEvent, WorkerOrder, WorkerReport } from './worker-messages.ts'

const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))

/** What a process did about a run. How the run ended is in its outcome file. */
export type Attempt =
  | { readonly kind: 'ended'; readonly residentMiB: number }
  /** The process is gone; `began`: while it was at this run. */
  | { readonly kind: 'gone'; readonly began: boolean; readonly code: number | null; readonly by: NodeJS.Signals | null }

/** A process of a sweep. */
export interface RunProcess {
  /** Makes a run. All that the process writes from now on goes into the log, until the next one. */
  make(name: string, log: RunLog, hear: (event: ReportedEvent) => void, signal?: AbortSignal): Promise<Attempt>
  /** Ends it, between two runs, and waits until it is gone. */
  end(): Promise<void>
}

/** A process that has nothing to do and doesn't end is made to. */
const END_SECONDS = 10
/** A process that is gone may have left another behind that keeps its output open, which nobody need wait for. */
const OUTPUT_SECONDS = 5

/** What `started` starts: a file of Node and its arguments. */
export type WorkerCommand = (folder: string) => readonly string[]
const sweepRun: WorkerCommand = (folder) => [bin, 'sweep-run', folder]

/** Starts a process, which waits for its first run. */
export function startProcess(folder: string, command: WorkerCommand = sweepRun): RunProcess {
  const child = spawn(process.execPath, command(folder), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const mark = `\0${randomUUID()}\n`
  let log: RunLog | undefined
  let began = false
  let atReport: (report: WorkerReport) => void = () => {}
  child.on('message', (report) => atReport(report as WorkerReport))
  // Where the system has no more files to give, a process that couldn't start has no streams either.
  const streams = [child.stdout, child.stderr].filter((stream): stream is Readable => stream instanceof Readable)
  const outputs = streams.map((stream) => listen(stream, mark, (bytes) => log?.write(bytes)))

  // Not the event 'close': after a disconnect() on this side Node 20 never tells it.
  const exit = new Promise<{ code: number | null; by: NodeJS.Signals | null }>((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, by) => done({ code, by }))
  })
  const unheard = new Promise<void>((done) => child.once('disconnect', done))
  const gone = exit.then(async (how) => {
    const timer = setTimeout(() => {
      for (const { stream } of outputs) stream.destroy()
      if (child.connected) child.disconnect()
    }, OUTPUT_SECONDS * 1000)
    // What it said last may be read only now.
    await Promise.all([...outputs.map(({ closed }) => closed), unheard])
    clearTimeout(timer)
    log?.close()
    return how
  })
  // Who is making a run hears of it; nobody else need.
  gone.catch(() => {})
  const tell = (order: WorkerOrder) => {
    // A process that has ended in this moment hears nothing, which is as well.
    if (child.connected) child.send(order, () => {})
  }

  return {
    async make(name, runLog, hear, signal) {
      log?.close()
      log = runLog
      began = false
      const stop = () => tell({ type: 'stop' })
      const report = new Promise<Extract<Attempt, { kind: 'ended' }>>((done) => {
        atReport = (heard) => {
          if (heard.type === 'began') began = true
          else if (heard.type === 'ended') done({ kind: 'ended', residentMiB: heard.residentMiB })
          else hear(heard)
        }
      })
      const ended = Promise.all([report, ...outputs.map((output) => output.marked())]).then(([attempt]) => attempt)
      tell({ type: 'make', name, mark })
      if (signal?.aborted) stop()
      signal?.addEventListener('abort', stop)
      try {
        return await Promise.race([ended, gone.then((how): Attempt => ({ kind: 'gone', began, ...how }))])
      } finally {
        signal?.removeEventListener('abort', stop)
      }
    },
    async end() {
      if (child.connected) child.disconnect()
      const timer = setTimeout(() => child.kill('SIGKILL'), END_SECONDS * 1000)
      await gone.catch(() => {})
      clearTimeout(timer)
      log?.close()
    },
  }
}

interface Output {
  readonly stream: Readable
  readonly closed: Promise<void>
  /** Waits for the next mark, or for the end of the stream. */
  marked(): Promise<void>
}

function listen(stream: Readable, mark: string, pass: (bytes: Buffer) => void): Output {
  let atMark: () => void = () => {}
  const cutter = cutAtMarks(Buffer.from(mark), pass, () => atMark())
  stream.on('data', (chunk: Buffer) => cutter.take(chunk))
  const closed = new Promise<void>((done) => {
    stream.once('close', () => {
      cutter.end()
      done()
    })
  })
  const marked = () => Promise.race([closed, new Promise<void>((done) => (atMark = done))])
  return { stream, closed, marked }
}

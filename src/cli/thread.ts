/**
 * A run in a thread of its own. A step blocks the event loop that it runs on, for seconds at 1024 px and for a minute while
 * a GPU's programs are compiled; here the main thread stays free to redraw progress and to answer Ctrl-C at once. A thread
 * and not a process: it ends with the process whatever ends that, so a killed run leaves nobody behind at its folder.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import '../engine/onnxruntime/no-telemetry.ts'
import type { Chain } from '../chain/document.ts'
import type { Fragment } from '../config/load.ts'
import { requireAddressSpace } from '../engine/memory.ts'
import type { RunResult } from '../methods/runner.ts'
import type { RunEvent, RunObserver } from '../run/events.ts'
import { type Gate, setGate } from './gate.ts'

/** What the thread is to do. */
export type Task = (
  | { readonly kind: 'run'; readonly config: Fragment; readonly out?: string }
  | { readonly kind: 'chain'; readonly chain: Chain; readonly out?: string }
  | { readonly kind: 'resume'; readonly folder: string }
) & {
  /** Closed, it holds the run after the step that it is at. */
  readonly gate?: Gate
}

/** An error taken apart, because only its standard name would arrive. */
export type ToldError = Pick<NodeJS.ErrnoException, 'name' | 'message' | 'stack' | 'code' | 'path' | 'syscall'>

/** What it tells. */
export type Told =
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'result'; readonly result: RunResult }
  | { readonly type: 'error'; readonly error: ToldError }

/** Carries out a task; the signal ends it after the step that it is at. */
export async function inThread(task: Task, observer: RunObserver, signal: AbortSignal): Promise<RunResult> {
  requireAddressSpace()
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(new URL('../../bin/part.js', import.meta.url)), {
      argv: ['cli/run-thread'],
      workerData: task,
    })
    const stop = () => {
      worker.postMessage('stop')
      if (task.gate) setGate(task.gate, false)
    }
    signal.addEventListener('abort', stop)
    worker.on('message', (told: Told) => {
      if (told.type === 'event') observer(told.event)
      else if (told.type === 'result') resolve(told.result)
      else reject(Object.assign(new Error(told.error.message), told.error))
    })
    worker.on('error', reject)
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop)
      reject(new Error(`the thread of the run ended early, with code ${code}`))
    })
  })
}

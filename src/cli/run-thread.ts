/** The thread that carries out a run (see thread.ts). */
import { parentPort, workerData } from 'node:worker_threads'
import { isChain } from '../chain/document.ts'
import type { RunResult } from '../methods/runner.ts'
import type { RunObserver } from '../run/events.ts'
import { passGate } from './gate.ts'
import type { Task, Told } from './thread.ts'

if (!parentPort) throw new Error('cli/run-thread is started by cli/thread, as a thread')
const port = parentPort
const tell = (told: Told) => port.postMessage(told)
const controller = new AbortController()
port.on('message', () => controller.abort())
const task = workerData as Task
// Pictures are written by the run itself; who wants to see them reads the file.
const observer: RunObserver = (event) => {
  tell({ type: 'event', event: event.type === 'frame' ? { type: 'frame', step: event.step } : event })
  if (event.type === 'step') passGate(task.gate)
}
try {
  tell({ type: 'result', result: await carryOut() })
} catch (error) {
  const { name, message, stack, code, path, syscall } = (
    error instanceof Error ? error : new Error(String(error))
  ) as NodeJS.ErrnoException
  const system = code === undefined ? {} : { code, ...(path && { path }), ...(syscall && { syscall }) }
  tell({ type: 'error', error: { name, message, ...(stack === undefined ? {} : { stack }), ...system } })
}
port.close()

async function carryOut(): Promise<RunResult> {
  const { signal } = controller
  if (task.kind === 'chain') return (await import('../chain/chain.ts')).runChain(task, observer, signal)
  const { resumeRun, run } = await import('../methods/runner.ts')
  if (task.kind === 'run') return run(task, observer, signal)
  if (!isChain(task.folder)) return resumeRun(task.folder, observer, signal)
  return (await import('../chain/chain.ts')).resumeChain(task.folder, observer, signal)
}

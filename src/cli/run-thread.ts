/** The thread that carries out a run (see thread.ts). */
import { parentPort, workerData } from 'node:worker_threads'
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
  const { resumeRun, run } = await import('../methods/runner.ts')
  const result =
    task.kind === 'run'
      ? await run(task, observer, controller.signal)
      : await resumeRun(task.folder, observer, controller.signal)
  tell({ type: 'result', result })
} catch (error) {
  const { name, message, stack, code, path, syscall } = (
    error instanceof Error ? error : new Error(String(error))
  ) as NodeJS.ErrnoException
  const system = code === undefined ? {} : { code, ...(path && { path }), ...(syscall && { syscall }) }
  tell({ type: 'error', error: { name, message, ...(stack === undefined ? {} : { stack }), ...system } })
}
port.close()

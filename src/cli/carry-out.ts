/**
 * Carries out a run for the command line: shows how it goes, ends it in order on Ctrl-C, says where the result is.
 */

import { basename } from 'node:path'
import type { Live, RunControls } from '../live/live.ts'
import type { RunResult } from '../methods/runner.ts'
import { duration } from '../report/duration.ts'
import type { RunEvent, RunObserver } from '../run/events.ts'
import { runName } from '../run/folder.ts'
import { reasonOf } from '../text/visible.ts'
import { Interrupted } from './failure.ts'
import { createGate, setGate } from './gate.ts'
import { tellLive } from './live.ts'
import { patience } from './patience.ts'
import { printPath, say, shownCommand, shownPath } from './print.ts'
import { createProgress } from './progress.ts'
import { inThread, type Task } from './thread.ts'

/** Milliseconds that a signal waits for a run before its first step: compiling takes as long at 128 px, on a slow machine. */
const PATIENCE = 10_000

/** Runs to the end, or to the first Ctrl-C; a second one ends the process at once. */
export async function carryOut(given: Task, withPage = false): Promise<RunResult> {
  const progress = createProgress(process.stderr)
  const controller = new AbortController()
  let received: 'SIGINT' | 'SIGTERM' | undefined
  const waiting = patience(PATIENCE, () => {
    progress.end()
    say('stopped before the first step, in the middle of a computation; start it again')
  })
  const gate = createGate()
  const task: Task = withPage ? { ...given, gate } : given
  const stop = (signal: 'SIGINT' | 'SIGTERM') => {
    received = signal
    controller.abort()
    progress.say('stopping after this step; once more to stop at once')
    waiting.begin(signal)
    // With no listener left, the system's default takes effect, also in the middle of a computation.
    process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM')
  }
  const controls: RunControls = { pause: (paused) => setGate(gate, paused), stop: () => stop('SIGINT') }
  const page = withPage ? await openPage(given, controls) : undefined
  const observer: RunObserver = (event) => {
    if (event.type === 'step' || event.type === 'tile') waiting.stepTaken()
    progress.observer(event)
    page?.hear(event)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const started = performance.now()
  let result: RunResult
  try {
    result = await inThread(task, observer, controller.signal)
    page?.end(result.status, result.files.report)
  } catch (error) {
    page?.end('failed', undefined, reasonOf(error))
    throw error
  } finally {
    await page?.close()
    waiting.end()
    progress.end()
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop)
  }
  const seconds = (performance.now() - started) / 1000
  if (result.status === 'complete') {
    printPath('result', result.files.result)
    printPath('report', result.files.report)
    const { summary } = result
    if (summary !== undefined) say(`measured: ${summary}`)
    say(`done in ${duration(seconds)}`)
    return result
  }
  if (result.files.report !== undefined) printPath('report', result.files.report)
  const command = shownCommand('resume', shownPath(result.folder))
  say(`stopped after step ${result.stepsDone} of ${result.stepsTotal}; continue with: ${command}`)
  throw new Interrupted(received ?? 'SIGINT')
}

async function openPage(task: Task, controls: RunControls): Promise<Live<RunEvent>> {
  const [{ liveRun }, { methods }] = await Promise.all([import('../live/live.ts'), import('../methods/methods.ts')])
  const name =
    task.kind === 'resume' ? task.folder : String((task.kind === 'chain' ? task.chain : task.config).input ?? 'run')
  const page = await liveRun(basename(name), controls, (method) => {
    const { before, pictures, preparedFiles } = methods.ofRun({ method }, name)
    // What is compared with the result may come at the end; what a run begins with is there.
    const first = pictures.find((picture) => preparedFiles.includes(runName.picture(picture.name)))
    return { before: first?.name ?? before, words: first?.title ?? before }
  })
  tellLive(page)
  return page
}

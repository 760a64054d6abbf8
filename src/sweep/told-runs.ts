/**
 * The process of a local sweep that makes one run after the other, as it is told through the channel. When the sweep is gone
 * (it ended, or it was killed) the channel closes, and so does this: at once if a run is being made, for whoever starts
 * the sweep again must find nobody at work; the last saved state is kept.
 */
import { oneLine } from '../text/visible.ts'
import { blockOutput } from './blocking-output.ts'
import { SweepError } from './error.ts'
import { forgetPeakMemory } from './peak-memory.ts'
import { makeRun } from './worker.ts'
import type { WorkerOrder, WorkerReport } from './worker-messages.ts'

/** Makes runs until the channel closes. */
export async function makeToldRuns(folder: string): Promise<void> {
  if (!process.send) {
    throw new SweepError(
      'expected the name of a run, found none, and no sweep that would tell one; start rephoto sweep',
    )
  }
  blockOutput()
  let running: AbortController | undefined
  let stopped = false
  let made = 0
  const stop = () => {
    stopped = true
    running?.abort()
  }
  const make = async ({ name, mark }: Extract<WorkerOrder, { type: 'make' }>) => {
    const controller = new AbortController()
    running = controller
    if (stopped) controller.abort()
    tell({ type: 'began' })
    if (made++ > 0) forgetPeakMemory()
    const hear: Parameters<typeof makeRun>[2] = (event) => {
      // Pictures stay here: the sweep shows numbers.
      if (event.type !== 'frame') tell(event)
    }
    const { status, error } = await makeRun(folder, name, hear, controller.signal)
    process.stderr.write(`${oneLine(`${name}: ${status}${error === undefined ? '' : `: ${error}`}`)}\n`)
    process.stdout.write(mark)
    process.stderr.write(mark)
    // From here on a channel that closes is a sweep that needs this process no more.
    running = undefined
    tell({ type: 'ended', residentMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) })
  }
  try {
    await new Promise<void>((done, fail) => {
      process.on('disconnect', () => {
        if (running) process.exit(1)
        done()
      })
      // Ctrl-C goes to all processes of a terminal; the sweep decides what is to be done about it.
      process.on('SIGINT', () => {})
      process.on('SIGTERM', () => {
        stop()
        // Between two runs: the sweep makes the next one in another process.
        if (!running) process.disconnect()
      })
      process.on('message', (order: WorkerOrder) => {
        if (order.type === 'stop') stop()
        else make(order).catch(fail)
      })
      if (!process.connected) done()
    })
  } finally {
    // The open channel would keep the process alive.
    running = undefined
    if (process.connected) process.disconnect()
  }
}

function tell(report: WorkerReport): void {
  // A sweep that is gone in this moment hears nothing; its closed channel ends this process.
  if (process.connected) process.send!(report, undefined, undefined, () => {})
}

/** How long work on model files shows: one line that redraws on a terminal, a line now and then in a pipe. */
import { createLogUpdate } from 'log-update'
import { cut, oneLine } from '../text/visible.ts'
import type { Terminal } from './progress.ts'

export interface Status {
  /** What is going on now; replaced by the next. */
  show(text: string): void
  /** A line that stays. */
  say(text: string): void
  end(): void
}

const plainSeconds = 10
const redrawMilliseconds = 80

export function createStatus(stream: Terminal, now: () => number = () => performance.now()): Status {
  const redraw = stream.isTTY === true ? createLogUpdate(stream as NodeJS.WriteStream, { showCursor: true }) : undefined
  let last = Number.NEGATIVE_INFINITY
  return {
    show(text) {
      if (now() - last < (redraw ? redrawMilliseconds : plainSeconds * 1000)) return
      last = now()
      const line = oneLine(text)
      if (redraw) redraw(cut(line, Math.max(20, (stream.columns ?? 80) - 1)))
      else stream.write(`${line}\n`)
    },
    say(text) {
      if (redraw) redraw.persist(oneLine(text))
      else stream.write(`${oneLine(text)}\n`)
    },
    end: () => redraw?.clear(),
  }
}

/**
 * How a run goes, on a terminal as one line that redraws and shows by a turning sign that the run is alive, in a pipe as a
 * plain line now and then.
 */
import type { Writable } from 'node:stream'
import { createLogUpdate } from 'log-update'
import { duration } from '../report/duration.ts'
import type { RunEvent, RunObserver, StepEvent, TileEvent } from '../run/events.ts'
import { cut, oneLine } from '../text/visible.ts'

/** A stream that may be a terminal. */
export type Terminal = Writable & { isTTY?: boolean; columns?: number; rows?: number }

/** Shows a run. */
export interface Progress {
  readonly observer: RunObserver
  /** Prints a line of its own. */
  say(text: string): void
  /** Leaves the last line standing. */
  end(): void
}

/** In a pipe, steps are told at most this often. */
const PLAIN_SECONDS = 10
/** A terminal need not be redrawn more often than one can read. */
const REDRAW_MILLISECONDS = 80
/** What has taken longer than this is shown with its seconds. */
const PATIENCE_SECONDS = 3
const TURNING = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
/** Share of the newest step in the speed that is shown. */
const SMOOTHING = 0.1

/** Progress on a stream. */
export function createProgress(stream: Terminal, now: () => number = () => performance.now()): Progress {
  // Some terminals without a size say that they have no rows; nothing can be redrawn there.
  const redraw =
    stream.isTTY === true && stream.rows !== 0
      ? createLogUpdate(stream as NodeJS.WriteStream, { showCursor: true })
      : undefined
  let pace = createPace()
  let last = Number.NEGATIVE_INFINITY
  let current = ''
  let since = now()
  let turns = 0

  const fitting = (line: string) => cut(oneLine(line), Math.max(20, (stream.columns ?? 80) - 1))
  const draw = () => {
    if (!redraw || current === '') return
    const seconds = Math.floor((now() - since) / 1000)
    const waited = seconds >= PATIENCE_SECONDS ? `${seconds} s  ` : ''
    redraw(fitting(`${TURNING[turns % TURNING.length]} ${waited}${current}`))
  }
  const show = (line: string) => {
    current = line
    since = now()
    draw()
  }
  // The turning sign alone must not keep the process alive.
  const timer = redraw && setInterval(turn, REDRAW_MILLISECONDS).unref()
  function turn() {
    turns++
    draw()
  }
  const done = () => {
    // The last line stays to be read, without the sign.
    if (current !== '') redraw?.(fitting(current))
    current = ''
    redraw?.done()
  }

  const say = (text: string) => {
    if (redraw) redraw.persist(oneLine(text))
    else stream.write(`${oneLine(text)}\n`)
  }
  const showNow = (isLast: boolean, line: string) => {
    const wait = redraw ? REDRAW_MILLISECONDS : PLAIN_SECONDS * 1000
    if (!isLast && now() - last < wait) return
    last = now()
    if (redraw) show(line)
    else stream.write(`${line}\n`)
  }
  const showStep = (event: StepEvent) =>
    showNow(event.step === event.totalSteps, stepLine(event, pace(event.milliseconds)))
  const showTile = (event: TileEvent) => {
    if (event.done === 1) pace = createPace()
    showNow(event.done === event.total, tileLine(event, pace(event.milliseconds)))
  }
  const observer = (event: RunEvent) => {
    if (event.type === 'step') showStep(event)
    else if (event.type === 'tile') showTile(event)
    else if (event.type === 'note') say(event.message)
    else if (event.type === 'warning') say(`warning: ${event.message}`)
    else if (event.type === 'phase') {
      if (event.name === 'write') done()
      const words = event.words ?? event.name
      const line = event.detail === undefined ? words : `${words}: ${event.detail}`
      if (redraw) show(line)
      else say(line)
    }
  }
  const end = () => {
    clearInterval(timer)
    done()
  }
  return { observer, say, end }
}

/** One step in one line, the most wanted first: a narrow terminal cuts off the end. */
export function stepLine({ stage, stages, step, totalSteps, losses }: StepEvent, millisecondsPerStep: number): string {
  const perSecond = 1000 / millisecondsPerStep
  const speed = perSecond >= 1 ? `${perSecond.toFixed(1)} it/s` : `${(1 / perSecond).toFixed(1)} s/it`
  const left = duration(((totalSteps - step) * millisecondsPerStep) / 1000)
  const terms = Object.entries(losses.terms).map(([name, { weighted }]) => `${name} ${short(weighted)}`)
  return [
    `stage ${stage + 1}/${stages}`,
    `step ${String(step).padStart(String(totalSteps).length)}/${totalSteps}`,
    `loss ${short(losses.total)}`,
    speed,
    `${left} left`,
    terms.join(' '),
  ].join('  ')
}

/** A part of a picture in one line. */
export function tileLine({ done, total }: TileEvent, millisecondsPerTile: number): string {
  const left = duration(((total - done) * millisecondsPerTile) / 1000)
  return `tile ${String(done).padStart(String(total).length)}/${total}  ${left} left`
}

function short(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e4)) return value.toExponential(1)
  return value.toFixed(3)
}

/**
 * Milliseconds per step: the mean at first, then an average in which the newest count most. The first step is left out
 * as soon as there is a second: it also allocates memory and takes several times as long.
 */
function createPace(): (milliseconds: number) => number {
  let count = 0
  let average = 0
  return (milliseconds) => {
    average += (milliseconds - average) * (count < 2 ? 1 : Math.max(SMOOTHING, 1 / count))
    count++
    return average
  }
}

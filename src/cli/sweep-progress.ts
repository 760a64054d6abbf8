/** How a sweep goes: on a terminal a few lines that redraw, in a pipe a line for each run that ends. */
import { createLogUpdate } from 'log-update'
import { duration } from '../report/duration.ts'
import type { SweepEvent, SweepObserver } from '../sweep/events.ts'
import { cut, oneLine } from '../text/visible.ts'
import type { Terminal } from './progress.ts'

/** Shows a sweep. */
export interface SweepProgress {
  readonly observer: SweepObserver
  say(text: string): void
  /** Leaves the last lines standing. */
  end(): void
}

const REDRAW_MILLISECONDS = 100
/** Parts of a small run that lie before and after its steps, for the time that is left. */
const BEFORE_STEPS = 0.25
const AFTER_STEPS = 0.15

interface Active {
  readonly since: number
  what: string
  share: number
}

/** Progress on a stream. */
export function createSweepProgress(stream: Terminal, now: () => number = () => performance.now()): SweepProgress {
  const redraw =
    stream.isTTY === true && stream.rows !== 0
      ? createLogUpdate(stream as NodeJS.WriteStream, { showCursor: true })
      : undefined
  const active = new Map<string, Active>()
  const counts = { toDo: 0, ended: 0, failed: 0 }
  let began = now()
  let drawn = Number.NEGATIVE_INFINITY

  const say = (text: string) => {
    if (redraw) redraw.persist(oneLine(text))
    else stream.write(`${oneLine(text)}\n`)
  }
  const left = () => {
    const shares = [...active.values()].reduce((sum, { share }) => sum + share, 0)
    const done = counts.ended + shares
    if (done < 0.1) return ''
    return `, about ${duration(((now() - began) / 1000 / done) * Math.max(0, counts.toDo - done))} left`
  }
  const head = () => {
    const failed = counts.failed > 0 ? `, ${counts.failed} failed` : ''
    return `${counts.ended}/${counts.toDo} runs ended${failed}, ${active.size} running${left()}`
  }
  const draw = (force: boolean) => {
    if (!redraw || (!force && now() - drawn < REDRAW_MILLISECONDS)) return
    drawn = now()
    const width = Math.max(20, (stream.columns ?? 80) - 1)
    const rows = [...active].map(([name, { what }]) => `  ${name}  ${what}`)
    redraw([head(), ...rows].map((line) => cut(oneLine(line), width)).join('\n'))
  }
  const observer = (event: SweepEvent) => {
    if (event.type === 'note') say(event.message)
    else if (event.type === 'plan') {
      if (counts.ended === 0) began = now()
      // A search goes on round by round.
      counts.toDo = counts.ended + event.toDo
      say(`${event.total} runs, ${event.complete} of them done already, ${event.toDo} to do`)
    } else if (event.type === 'start') {
      active.set(event.name, { since: now(), what: event.continued ? 'continuing' : 'starting', share: 0 })
    } else if (event.type === 'run') heard(event)
    else ended(event)
    draw(event.type !== 'run')
  }
  const heard = ({ name, event }: Extract<SweepEvent, { type: 'run' }>) => {
    const run = active.get(name)
    if (!run) return
    if (event.type === 'step') {
      run.share = BEFORE_STEPS + (1 - BEFORE_STEPS - AFTER_STEPS) * (event.step / event.totalSteps)
      run.what = `step ${event.step}/${event.totalSteps}  loss ${event.losses.total.toPrecision(4)}`
    } else if (event.type === 'phase')
      run.what = event.detail === undefined ? event.name : `${event.name}: ${event.detail}`
  }
  const ended = ({ name, status, seconds, error }: Extract<SweepEvent, { type: 'end' }>) => {
    active.delete(name)
    if (status === 'waiting') return say(`stopped   ${name}`)
    counts.ended++
    if (status === 'failed') counts.failed++
    const place = `[${String(counts.ended).padStart(String(counts.toDo).length)}/${counts.toDo}]`
    if (status === 'failed') say(`${place} FAILED  ${name}: ${error ?? ''}`)
    else if (!redraw) say(`${place} ${name}  ${duration(seconds)}${left()}`)
  }
  return { observer, say, end: () => redraw?.done() }
}

/** `rephoto sweep --dry-run`: which runs a sweep has, where they stand, and how long the rest takes. */
import { duration } from '../report/duration.ts'
import { estimate } from '../sweep/estimate.ts'
import { layOut, type SweepOptions } from '../sweep/layout.ts'
import type { Standing } from '../sweep/standing.ts'
import { print, say, shownPath } from './print.ts'

const WORDS: Readonly<Record<Standing, string>> = {
  complete: 'done',
  new: 'to do',
  continue: 'to be continued',
  changed: 'to be made anew: its config, input, weights or the program changed',
  again: 'to be tried again: it failed',
  twin: 'same as',
}

/** Prints the runs to stdout, a line each, and then what they will take. */
export async function printDryRun(options: SweepOptions): Promise<void> {
  const layout = layOut(options, (event) => {
    if (event.type === 'note') say(event.message)
  })
  const { experiment, folder, inputs, jobs } = layout
  const runs = layout.runs.filter(layout.wanted)
  const width = Math.max(...runs.map(({ name }) => name.length), 0)
  for (const { name, steps, standing, twinOf, hash } of runs) {
    const where = twinOf === undefined ? WORDS[standing] : `${WORDS[standing]} ${twinOf}`
    print(`${name.padEnd(width)}  ${String(steps).padStart(5)} steps  ${hash.slice(0, 8)}  ${where}`)
  }
  const { conditions, seeds, threads } = experiment
  const { seconds, basis } = await estimate(folder, runs, { jobs, threads })
  const lines = [
    `${runs.length} runs: ${conditions.length} conditions × ${inputs.length} inputs × ${seeds.length} seeds${runs.length < layout.runs.length ? ' (some left out by --only)' : ''}`,
    `${jobs} at a time with ${threads} thread${threads === 1 ? '' : 's'} each, in ${shownPath(folder)}`,
    `about ${duration(seconds)}, from ${basis}`,
  ]
  if (layout.trials) {
    const { search, points } = layout.trials
    if (points.length < search.budget)
      lines.push(
        `and ${search.budget - points.length} trials more, which the search chooses by what these give: ${search.metric}, ${search.direction}`,
      )
  }
  for (const line of lines) print(line)
}

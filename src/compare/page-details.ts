/** What is looked up: cost, configs, the single runs. */
import { duration } from '../report/duration.ts'
import { type Html, html } from '../report/html.ts'
import { plainValue, VARIES } from './config-differences.ts'
import type { ComparisonContent } from './content.ts'
import { nameOf, type Places } from './page-words.ts'
import { sameMachine, secondsOf } from './resources.ts'

/** Time and memory. */
export function costSection({ costs, grid }: ComparisonContent): Html {
  if (costs.length === 0) return html``
  const labels = new Map(grid.conditions.map((condition) => [condition.name, nameOf(condition)]))
  return html`<section aria-labelledby="cost-title">
<h2 id="cost-title">What it cost</h2>
<p class="lead">${sameMachine(grid) ? 'All runs on the same machine with as many threads.' : 'The runs were made on different machines or with different numbers of threads, so that times compare only roughly.'} Runs beside each other slow each other down.</p>
<div class="table-scroll" tabindex="0" role="region" aria-labelledby="cost-title"><table class="numbers">
<thead><tr><th scope="col">Condition</th><th scope="col">Runs</th><th scope="col">A run</th><th scope="col">Shortest … longest</th><th scope="col">A step</th><th scope="col">Peak memory</th></tr></thead>
<tbody>${costs.map(
    (cost) =>
      html`<tr><th scope="row">${labels.get(cost.condition)}</th><td>${cost.runs}</td><td>${duration(cost.seconds)}</td><td>${duration(cost.shortest)} … ${duration(cost.longest)}</td><td>${cost.stepMs < 1000 ? `${Math.round(cost.stepMs)} ms` : duration(cost.stepMs / 1000)}</td><td>${cost.peakMiB === undefined ? '–' : `${Math.round(cost.peakMiB)} MiB`}</td></tr>`,
  )}</tbody></table></div>
</section>`
}

/** Keys that differ. */
export function configSection({ differences, grid }: ComparisonContent): Html {
  if (grid.conditions.length < 2) return html``
  return html`<section aria-labelledby="configs-title" class="wide">
<h2 id="configs-title">What differs in their configs</h2>
${
  differences.length === 0
    ? html`<p class="lead">Nothing, as far as runs with the same input and seed can be compared.</p>`
    : html`<div class="table-scroll" tabindex="0" role="region" aria-labelledby="configs-title"><table class="numbers configs">
<thead><tr><th scope="col">Key</th>${grid.conditions.map((condition) => html`<th scope="col">${nameOf(condition)}</th>`)}</tr></thead>
<tbody>${differences.map(({ key, values }) => {
        const base = grid.conditions.indexOf(grid.base)
        // What varies in both may vary in different ways.
        const same = (value: string | null, index: number) =>
          index === base || (value === values[base] && value !== VARIES)
        return html`<tr><th scope="row"><code>${key}</code></th>${values.map((value, index) => html`<td${same(value, index) ? html` class="same"` : null}>${value === null ? 'absent' : plainValue(value)}</td>`)}</tr>`
      })}</tbody></table></div>`
}
</section>`
}

/** Every run, those that are not complete first. */
export function runsSection({ grid, request }: ComparisonContent, places: Places): Html {
  const labels = new Map(grid.conditions.map((condition) => [condition.name, nameOf(condition)]))
  const broken = grid.runs.filter(({ complete }) => !complete)
  const whole = grid.runs.filter(({ complete }) => complete)
  const table = (
    runs: typeof grid.runs,
    title: string,
  ) => html`<div class="table-scroll" tabindex="0" role="region" aria-label="${title}"><table class="numbers runs">
<thead><tr><th scope="col">Run</th><th scope="col">Condition</th><th scope="col">Input</th><th scope="col">Seed</th><th scope="col">Time</th><th scope="col">What happened</th></tr></thead>
<tbody>${runs.map((run) => {
    const place = places(run)
    return html`<tr><th scope="row">${place ? html`<a href="${place}">${run.name}</a>` : run.name}</th><td>${labels.get(run.condition)}</td><td>${run.input}</td><td>${run.seed}</td><td>${run.manifest ? duration(secondsOf(run)) : '–'}</td><td class="words">${run.problem ?? 'complete'}</td></tr>`
  })}</tbody></table></div>`
  return html`<section aria-labelledby="runs-title">
<h2 id="runs-title">The single runs</h2>
${broken.length > 0 ? html`<h3>Not complete: ${broken.length}</h3>${table(broken, 'Runs that are not complete')}` : null}
<details${whole.length <= 12 ? html` open` : null}><summary>Complete: ${whole.length}${request.links === false ? ' (their folders are not part of this copy)' : ''}</summary>${table(whole, 'Complete runs')}</details>
</section>`
}

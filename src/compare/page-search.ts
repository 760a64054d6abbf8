/** The sections of a comparison that are of many conditions: what a search came to, and all keys and metrics side by side. */
import { type Html, html } from '../report/html.ts'
import type { ComparisonContent } from './content.ts'
import { decimalsOf, fixed } from './format.ts'
import { nameOf } from './page-words.ts'

/** Rows of the table of a search's best. */
const BEST = 8
/** Fewer conditions are read more easily in the table of what differs. */
const FEWEST_CONDITIONS = 5

/** The best trials of a search, and how it came to them. */
export function searchSection({ request, grid, summaries, parameters }: ComparisonContent): Html {
  const { search } = request
  const summary = summaries.find(({ metric }) => metric.key === search?.metric)
  if (!search || !summary) return html``
  const { conditions } = grid
  const sign = search.direction === 'minimize' ? 1 : -1
  const ranked = summary.cells
    .flatMap(({ level }, index) => (level ? [{ index, mean: level.mean }] : []))
    .sort((a, b) => sign * (a.mean - b.mean))
  const decimals = decimalsOf(summary)
  const { label, unit } = summary.metric
  const trials = conditions.filter(({ name }) => /^trial-\d+$/u.test(name)).length
  const how = search.method === 'tpe' ? 'chosen by what earlier ones gave (TPE)' : 'drawn at random'
  return html`<section aria-labelledby="search-title" class="wide">
<h2 id="search-title">What the search came to</h2>
<p class="lead">${trials} of ${search.budget} trials, ${how}, for ${label}, ${search.direction === 'minimize' ? 'the less the better' : 'the more the better'}. The best of many is partly luck: what it gains here is more than it will gain on other inputs. Inputs that the search has not seen tell.</p>
<div class="plot" id="plot-search" role="img" aria-label="Scatter plot: the metric of every trial in their order, and the best so far. The best are in the table below."></div>
<div class="table-scroll" tabindex="0" role="region" aria-labelledby="search-title"><table class="numbers" id="search-table">
<thead><tr><th scope="col">Trial</th><th scope="col">${label}${unit ? ` (${unit})` : ''}</th>${parameters.map(({ key }) => html`<th scope="col">${key}</th>`)}</tr></thead>
<tbody>${ranked
    .slice(0, BEST)
    .map(
      ({ index, mean }) =>
        html`<tr><th scope="row">${conditions[index]!.name}${conditions[index] === grid.base && grid.base.name !== 'base' ? html`<small>base</small>` : null}</th><td>${fixed(mean, decimals)}</td>${parameters.map(({ values }) => html`<td>${values[index] ?? '–'}</td>`)}</tr>`,
    )}</tbody></table></div>
</section>`
}

/** Every condition as a line over its keys and metrics. Drawn by client/parallel.ts. */
export function parallelSection({ grid, parameters, summaries, request }: ComparisonContent): Html {
  if (grid.conditions.length < FEWEST_CONDITIONS || parameters.length < 2 || summaries.length === 0) return html``
  const first = request.search?.metric ?? summaries.find(({ metric }) => metric.better !== null)?.metric.key
  return html`<section aria-labelledby="parallel-title" class="wide">
<h2 id="parallel-title">Which settings go with which numbers</h2>
<p class="lead">Each line is a condition, over the keys that differ and one metric, by which it is coloured. Drag along an axis to keep the lines that pass there, or focus an axis and use the arrow keys (Shift: the other end; Escape: all). A line under the pointer says its name.</p>
<div class="controls"><label class="field">Metric <select id="parallel-metric">${summaries.map(
    ({ metric: { key, label } }) =>
      html`<option value="${key}"${key === first ? html` selected` : null}>${label}</option>`,
  )}</select></label><button type="button" id="parallel-all">Keep all</button></div>
<p class="note" id="parallel-note" role="status"></p>
<div class="table-scroll"><svg id="parallel" class="parallel" role="group" aria-label="Parallel coordinates of ${grid.conditions.map(nameOf).length} conditions"></svg></div>
</section>`
}

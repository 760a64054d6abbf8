/** The numbers: all of them in one table, one metric in detail, two against each other, and the losses over the steps. */
import { choice } from '../report/choice.ts'
import { type Html, html } from '../report/html.ts'
import { FEWEST_UNITS, LEVEL } from './bootstrap.ts'
import type { ComparisonContent } from './content.ts'
import { decimalsOf, fixed, percent, signed } from './format.ts'
import type { ComparedMetric } from './metrics.ts'
import { betterWords, markSign, nameOf, plural } from './page-words.ts'
import type { Cell, MetricSummary } from './summary.ts'

/** A p value after Holm's correction below this is marked twice. */
export const HOLM_LEVEL = 1 - LEVEL

/** Every metric under every condition. */
export function overviewSection(content: ComparisonContent): Html {
  const { grid, summaries } = content
  if (summaries.length === 0) return html``
  const groups = [...new Set(summaries.map(({ metric }) => metric.group))]
  const columns = grid.conditions.length + 1
  const usual = usuallyDropped(content)
  return html`<section aria-labelledby="numbers-title" class="wide">
<h2 id="numbers-title">What the numbers say</h2>
${reading(content)}
<div class="table-scroll" tabindex="0" role="region" aria-labelledby="numbers-title">
<table class="numbers">
<thead><tr><th scope="col">Metric</th>${grid.conditions.map(
    (condition) =>
      html`<th scope="col">${nameOf(condition)}${condition === grid.base ? html` <small>base: mean</small>` : html` <small>difference to base${droppedWords(usual.get(condition.name))}</small>`}</th>`,
  )}</tr></thead>
${groups.map(
  (group) => html`<tbody><tr class="group"><th colspan="${columns}" scope="colgroup"><span>${group}</span></th></tr>
${summaries.filter(({ metric }) => metric.group === group).map((summary) => row(summary, grid.base.name, usual))}</tbody>`,
)}
</table>
</div>
</section>`
}

/** A run that failed is missing from every row: said once in the head of its column, and below only where it is otherwise. */
function usuallyDropped({ grid, summaries }: ComparisonContent): Map<string, number> {
  return new Map(
    grid.conditions.map(({ name }, index) => {
      const counts = summaries.flatMap(({ cells }) => cells[index]?.difference?.dropped ?? [])
      const times = (count: number) => counts.filter((other) => other === count).length
      return [name, counts.reduce((a, b) => (times(b) > times(a) ? b : a), counts[0] ?? 0)]
    }),
  )
}

function droppedWords(dropped = 0): string {
  return dropped > 0 ? `, ${plural(dropped, 'pair')} missing` : ''
}

function row(summary: MetricSummary, base: string, usual: ReadonlyMap<string, number>): Html {
  const { metric, cells } = summary
  const decimals = decimalsOf(summary)
  return html`<tr${metric.shared.length > 0 ? html` class="no-evidence"` : null}><th scope="row">${metric.label}<small>${metric.unit ? `${metric.unit}, ` : ''}${betterWords(metric)}</small>${sharedNote(metric)}</th>
${cells.map((cell) => (cell.condition === base ? levelCell(cell, decimals) : differenceCell(cell, metric, decimals, usual.get(cell.condition))))}</tr>`
}

function sharedNote({ shared }: ComparedMetric): Html | null {
  return shared.length > 0 ? html`<small class="warn">no evidence: a loss uses ${shared.join(', ')}</small>` : null
}

function levelCell({ level, inputs }: Cell, decimals: number): Html {
  if (!level) return html`<td class="none">–</td>`
  return html`<td><strong>${fixed(level.mean, decimals)}</strong><small>${plural(inputs, 'input')}</small></td>`
}

function differenceCell({ level, difference }: Cell, metric: ComparedMetric, decimals: number, usual = 0): Html {
  if (!difference) return html`<td class="none">–</td>`
  const { mean, low, high, mark, dropped, holm } = difference
  const evidence = mark && metric.shared.length === 0 ? mark : ''
  return html`<td class="${evidence}"><strong>${signed(mean, decimals)}</strong>${markSign(mark, holm < HOLM_LEVEL, metric)}
<small>${Number.isFinite(low) ? `${signed(low, decimals)} … ${signed(high, decimals)}` : 'one pair: no interval'}</small><small>mean ${fixed(level?.mean, decimals)}</small>${dropped === usual ? null : html`<small class="warn">${plural(dropped, 'pair')} missing</small>`}</td>`
}

/** How to read the marks, and how many of them chance alone would make. */
function reading({ summaries, grid }: ComparisonContent): Html {
  const counted = summaries.filter(({ metric }) => metric.shared.length === 0 && metric.better !== null)
  const differences = counted.flatMap(({ cells }) => cells.flatMap(({ difference }) => difference ?? []))
  const units = Math.max(0, ...differences.map((difference) => difference.units.length))
  const marked = differences.filter(({ mark }) => mark !== null).length
  const unit = grid.inputs.length === 1 ? 'seed' : 'input'
  const sample =
    units < FEWEST_UNITS
      ? html`<strong>There are only ${plural(units, unit)}.</strong> With fewer than ${FEWEST_UNITS} a ${percent(LEVEL)} interval can't be believed, so nothing is marked.`
      : html`<span class="mark better">✓</span> better, <span class="mark worse">✗</span> worse, <span class="mark differs">≠</span> different (where no side is better): the interval excludes zero. Doubled: also after Holm's correction for the ${plural(Math.max(grid.conditions.length - 1, 0), 'comparison')} of that row. In brackets: a loss uses the metric's own network, so that it is no evidence.`
  return html`<div class="reading">
<p>First column: the base's mean. Others: the <strong>paired difference</strong> to it (same input, same seed), averaged over ${grid.inputs.length === 1 ? 'the seeds of the one input' : 'seeds, then over inputs'}, with its bootstrap ${percent(LEVEL)} interval; ${unit}s are resampled${unit === 'input' && grid.seeds.length > 1 ? ', each with all its seeds' : ''}.${grid.seeds.length === 1 ? ' With one seed, the intervals know nothing of how much a seed changes.' : ''}</p>
<p>${sample}</p>
${differences.length > 0 && units >= FEWEST_UNITS ? html`<p>${plural(differences.length, 'comparison')} could count as evidence here; if nothing differed at all, chance would mark about ${Math.round(differences.length * (1 - LEVEL))} of them. ${marked} ${marked === 1 ? 'is' : 'are'} marked.</p>` : null}
</div>`
}

/** One metric: sorted, plotted, input by input. Filled by client/detail.ts. */
export function detailSection({ summaries }: ComparisonContent): Html {
  if (summaries.length === 0) return html``
  const groups = [...new Set(summaries.map(({ metric }) => metric.group))]
  return html`<section aria-labelledby="detail-title" class="wide">
<h2 id="detail-title">One metric at a time</h2>
<p class="lead">Large points: mean difference to the base with its interval. Small ones: the inputs one by one.</p>
<div class="controls"><label class="field">Metric <select id="detail-metric">${groups.map(
    (group) =>
      html`<optgroup label="${group}">${summaries
        .filter(({ metric }) => metric.group === group)
        .map(({ metric }) => html`<option value="${metric.key}">${metric.label}</option>`)}</optgroup>`,
  )}</select></label></div>
<p class="note" id="detail-note" role="status"></p>
<div class="plot" id="plot-forest" role="img" aria-label="Dot plot: differences of all conditions to the base with their intervals. The numbers are in the table below."></div>
<div class="table-scroll" tabindex="0" role="region" aria-labelledby="detail-title"><table class="numbers" id="detail-table"></table></div>
</section>`
}

/** Any two numbers of the conditions against each other: metrics, and keys that differ. */
export function paretoSection({ summaries, parameters }: ComparisonContent): Html {
  const numeric = parameters.filter(({ values }) =>
    values.every((value) => value === null || typeof value === 'number'),
  )
  if (summaries.length + numeric.length < 2) return html``
  const directed = summaries.filter(({ metric }) => metric.better !== null && !metric.key.startsWith('sibling.'))
  const [across, up] = paretoDefaults((directed.length < 2 ? summaries : directed).map(({ metric }) => metric.key))
  const groups = [...new Set(summaries.map(({ metric }) => metric.group))]
  const option = (key: string, label: string, chosen: string | undefined) =>
    html`<option value="${key}"${key === chosen ? html` selected` : null}>${label}</option>`
  const options = (chosen: string | undefined) => [
    ...groups.map(
      (group) =>
        html`<optgroup label="${group}">${summaries
          .filter(({ metric }) => metric.group === group)
          .map(({ metric: { key, label } }) => option(key, label, chosen))}</optgroup>`,
    ),
    ...(numeric.length > 0
      ? [
          html`<optgroup label="Keys that differ">${numeric.map(({ key }) => option(`set:${key}`, key, chosen))}</optgroup>`,
        ]
      : []),
  ]
  return html`<section aria-labelledby="pareto-title" class="wide">
<h2 id="pareto-title">What is traded for what</h2>
<p class="lead">The conditions by any two numbers: means of metrics, with the intervals of their paired differences to the base (diamond) as bars, or keys that differ. Where both have a better side, the line joins those that no other beats in both, and better is up and to the right, whatever the metrics' own directions.</p>
<div class="controls"><label class="field">Across <select id="pareto-x">${options(across)}</select></label><label class="field">Up <select id="pareto-y">${options(up)}</select></label></div>
<p class="note" id="pareto-note" role="status"></p>
<div class="plot tall" id="plot-pareto" role="img" aria-label="Scatter plot: the conditions by two numbers. The numbers are in the table of all metrics."></div>
</section>`
}

/** Likeness against plausibility, where both were measured; else colour against perception; else whatever there is. */
function paretoDefaults(keys: readonly string[]): [string | undefined, string | undefined] {
  const pairs: readonly (readonly [string, string])[] = [
    ['prior.latent', 'identity.input'],
    ['skin.sibling', 'perceptual.target'],
  ]
  const [across, up] = pairs.find((pair) => pair.every((key) => keys.includes(key))) ?? [keys[0], keys[1]]
  return [across, up]
}

/** Losses over the steps. */
export function curvesSection({ curves, grid }: ComparisonContent): Html {
  if (!curves) return html``
  return html`<section aria-labelledby="curves-title" class="wide">
<h2 id="curves-title">Did they converge?</h2>
<p class="lead">Each line is the mean of a condition's runs over ${plural(grid.inputs.length, 'input')}${grid.seeds.length > 1 ? ` and ${grid.seeds.length} seeds` : ''}. Terms are raw, without their weights; the total is weighted, so that totals compare only where the weights are equal. Curves are thinned to ${curves.steps.length} points.</p>
<div class="controls">
<label class="field">Term <select id="curve-term">${curves.terms.map((term) => html`<option value="${term}">${term}</option>`)}</select></label>
${choice('curve-scale', 'Scale', [
  ['log', 'logarithmic'],
  ['linear', 'linear'],
])}
<label class="field"><input type="checkbox" id="curve-singles"> single runs</label>
</div>
<div class="plot tall" id="plot-curves" role="img" aria-label="Line plot: the chosen loss over the steps for every condition. The numbers are in the runs' losses.csv."></div>
</section>`
}

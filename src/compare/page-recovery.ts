/** Is the truth found? Hit rates, confusion matrices, and the right model beside the wrong ones. */
import { type Html, html } from '../report/html.ts'
import { plainValue } from './config-differences.ts'
import type { ComparisonContent } from './content.ts'
import { fixed, percent, signed } from './format.ts'
import type { ComparedMetric } from './metrics.ts'
import { betterWords, markSign } from './page-words.ts'
import type { Criterion, Factor, Matched } from './recovery.ts'

/** Empty where no condition sets what the truth knows. */
export function recoverySection({ recovery, grid }: ComparisonContent): Html {
  if (!recovery) return html``
  const { factors, others } = recovery
  return html`<section aria-labelledby="recovery-title" class="wide">
<h2 id="recovery-title">Is the truth found?</h2>
<p class="lead">The true degradation of these inputs is known. If one took, for each input, the condition in which a number comes out best (averaged over seeds), how often would it be the true one?</p>
<div class="reading"><p>Raw losses may be compared across conditions only as far as the rest of the objective is the same: a different target or weight moves them too. ${others.length > 0 ? html`Besides the factor, these keys differ here: ${others.map((key, index) => html`${index > 0 ? ', ' : ''}<code>${key}</code>`)}.` : 'Here nothing but the factor differs.'} Choosing by a metric that needs the truth is no method; it tells whether the true model gives the better picture.</p></div>
${factors.map((factor) => factorPart(factor, grid.conditions.length))}
</section>`
}

function factorPart({ key, values, criteria, matched }: Factor, conditions: number): Html {
  // More values than conditions: they follow each input's truth, and a table of all would confuse more than it shows.
  const confusions = values.length > conditions ? [] : criteria.map((criterion) => confusion(criterion, values))
  return html`<h3><code>${key}</code></h3>
<div class="table-scroll" tabindex="0" role="region" aria-label="How often each criterion finds ${key}"><table class="numbers">
<caption>How often the best condition has the true value, among those that are right in everything else that is known. Intervals after Wilson; by chance: with one of them chosen blindly.</caption>
<thead><tr><th scope="col">Chosen by</th><th scope="col">Hits</th><th scope="col">Share</th><th scope="col">95 % interval</th><th scope="col">By chance</th></tr></thead>
<tbody>${criteria.map(hitRow)}</tbody></table></div>
<div class="confusions">${confusions}</div>
${matched.length > 0 ? matchedTable(key, matched) : null}`
}

function hitRow({ metric, hits, choices, chance, range: [low, high] }: Criterion): Html {
  const mark = metric.shared.length > 0 ? '' : low > chance ? 'better' : high < chance ? 'worse' : ''
  return html`<tr${metric.shared.length > 0 ? html` class="no-evidence"` : null}><th scope="row">${criterionName(metric)}</th><td>${hits} of ${choices.length}</td><td class="${mark}"><strong>${percent(hits / choices.length)}</strong></td><td>${percent(low)} … ${percent(high)}</td><td>${percent(chance)}</td></tr>`
}

function criterionName({ label, key, better, shared }: ComparedMetric): Html {
  const direction = better ?? 'lower'
  return html`${key.startsWith('loss.') ? html`lowest ${label}` : html`${direction === 'lower' ? 'lowest' : 'highest'} ${label}`}${shared.length > 0 ? html`<small class="warn">no evidence: a loss uses ${shared.join(', ')}</small>` : null}`
}

function confusion({ metric, choices }: Criterion, values: readonly string[]): Html {
  const most = Math.max(...values.map((value) => choices.filter(({ nearest }) => nearest === value).length), 1)
  return html`<table class="confusion"><caption>${criterionName(metric)}</caption>
<thead><tr><th scope="col">true ↓ chosen →</th>${values.map((value) => html`<th scope="col">${plainValue(value)}</th>`)}</tr></thead>
<tbody>${values.map(
    (truth) =>
      html`<tr><th scope="row">${plainValue(truth)}</th>${values.map((chosen) => {
        const count = choices.filter((choice) => choice.nearest === truth && choice.chosen === chosen).length
        return html`<td class="${truth === chosen ? 'hit' : 'miss'}" style="--share: ${(count / most).toFixed(3)}">${count}</td>`
      })}</tr>`,
  )}</tbody></table>`
}

function matchedTable(key: string, matched: readonly Matched[]): Html {
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label="The true value beside the wrong ones"><table class="numbers">
<caption>Under the true value of <code>${key}</code>, beside the mean under the wrong ones, over inputs</caption>
<thead><tr><th scope="col">Metric</th><th scope="col">True</th><th scope="col">Wrong</th><th scope="col">Paired difference</th><th scope="col">95 % interval</th><th scope="col">Better with the true</th></tr></thead>
<tbody>${matched.map(({ metric, right, wrong, difference, units, improved, mark }) => {
    const width = (difference.high - difference.low) / 2
    const decimals = width > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(width)), 0), 12) : 3
    return html`<tr${metric.shared.length > 0 ? html` class="no-evidence"` : null}><th scope="row">${metric.label}<small>${metric.unit ? `${metric.unit}, ` : ''}${betterWords(metric)}</small></th><td>${fixed(right, decimals)}</td><td>${fixed(wrong, decimals)}</td><td class="${mark && metric.shared.length === 0 ? mark : ''}"><strong>${signed(difference.mean, decimals)}</strong>${markSign(mark, false, metric)}</td><td>${signed(difference.low, decimals)} … ${signed(difference.high, decimals)}</td><td>${improved} of ${units}</td></tr>`
  })}</tbody></table></div>`
}

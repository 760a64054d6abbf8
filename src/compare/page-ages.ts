/** Predicted ages: is the sitter rejuvenated? */
import { type Html, html } from '../report/html.ts'
import type { Interval } from './bootstrap.ts'
import type { ComparisonContent } from './content.ts'
import { fixed, signed } from './format.ts'
import { nameOf } from './page-words.ts'

/** Empty where no ages were measured. */
export function agesSection({ ages, grid, metrics }: ComparisonContent): Html {
  if (ages.length === 0) return html``
  const shared = metrics.find(({ key }) => key === 'age.result')?.shared ?? []
  const shift = ({ mean, low, high }: Interval) => {
    const excludes = low > 0 || high < 0
    return html`<td>${excludes ? html`<strong>${signed(mean, 1)}</strong>` : signed(mean, 1)}<small>${signed(low, 1)} … ${signed(high, 1)}</small></td>`
  }
  const labels = new Map(grid.conditions.map((condition) => [condition.name, nameOf(condition)]))
  return html`<section aria-labelledby="age-title" class="wide">
<h2 id="age-title">Is the sitter rejuvenated?</h2>
<p class="lead">Ages in years as face-api's network guesses them (for old photographs and paintings a rough guess), averaged over inputs; shifts with their 95 % interval, bold where it excludes zero.${shared.length > 0 ? ` A compared loss uses ${shared.join(', ')}: no evidence here.` : ''}</p>
<div class="table-scroll" tabindex="0" role="region" aria-labelledby="age-title"><table class="numbers">
<thead><tr><th scope="col">Condition</th><th scope="col">Input</th><th scope="col">Sibling</th><th scope="col">Result</th><th scope="col">Sibling − input</th><th scope="col">Result − input</th><th scope="col">Inputs</th></tr></thead>
<tbody>${ages.map(
    (one) =>
      html`<tr><th scope="row">${labels.get(one.condition)}</th><td>${fixed(one.input, 1)}</td><td>${fixed(one.sibling, 1)}</td><td>${fixed(one.result, 1)}</td>${shift(one.siblingShift)}${shift(one.resultShift)}<td>${one.inputs}</td></tr>`,
  )}</tbody></table></div>
</section>`
}

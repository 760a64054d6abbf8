/** The numbers of a run: what metrics.json holds, the result beside the sibling, marked where a loss saw the same network. */

import type { Method } from '../methods/method.ts'
import type { MetricDescription } from '../metrics/description.ts'
import type { Metrics } from '../run/metrics.ts'
import type { ReportContent } from './collect.ts'
import { type Html, html } from './html.ts'

/** One line of the table: a metric of the result, and the same of the sibling where there is one. */
interface Row {
  readonly description: MetricDescription
  readonly result: number | null | undefined
  readonly sibling: number | null | undefined
}

/** The table; nothing for a run without metrics. */
export function metricsSection({ metrics, config, method }: ReportContent): Html | null {
  if (!metrics) return null
  const seen = new Set(method.seenNetworks(config))
  const isSeen = ({ networks }: MetricDescription): boolean => networks.some((network) => seen.has(network))
  const rows = rowsOf(method, metrics)
  const hasSibling = rows.some(({ sibling }) => sibling !== undefined)
  const someSeen = rows.some(({ description }) => isSeen(description))
  return html`<section aria-labelledby="metrics-title">
<h2 id="metrics-title">In numbers</h2>
<p class="lead">${method.report.numbers}</p>
<div class="scroll"><table class="measured">
<thead><tr><th scope="col">metric</th><th scope="col">better</th><th scope="col">result</th>${hasSibling ? html`<th scope="col">sibling</th>` : null}</tr></thead>
<tbody>${rows.map(
    ({ description, result, sibling }) =>
      html`<tr><th scope="row">${description.label}${
        isSeen(description) ? ' †' : ''
      }</th><td>${description.better ?? ''}</td><td>${shown(result, description)}</td>${hasSibling ? html`<td>${shown(sibling, description)}</td>` : null}</tr>`,
  )}</tbody>
</table></div>
${someSeen ? html`<p class="lead">† A loss of this run looks through the same network, so this is no independent evidence.</p>` : null}
</section>`
}

function rowsOf(method: Method, metrics: Metrics): Row[] {
  const fixed = method.metrics
    .filter(({ key }) => key in metrics && !key.startsWith('sibling.') && key !== 'age.sibling')
    .map((description): Row => {
      const { key } = description
      const beside = key === 'age.result' ? 'age.sibling' : `sibling.${key}`
      return { description, result: metrics[key], sibling: metrics[beside] }
    })
  const listed = new Set(method.metrics.map(({ key }) => key))
  const others = Object.keys(metrics)
    .filter((key) => !listed.has(key) && !/^(?:loss|sibling)\./u.test(key))
    .flatMap((key): Row[] => {
      const description = method.metric(key)
      return description ? [{ description, result: metrics[key], sibling: undefined }] : []
    })
  return [...fixed, ...others]
}

function shown(value: number | null | undefined, { unit }: MetricDescription): string {
  if (value === undefined) return ''
  if (value === null) return 'not measured'
  const digits = unit === undefined ? 3 : 1
  return `${value.toFixed(digits)}${unit === undefined ? '' : ` ${unit}`}`
}

/** The numbers of a run: what metrics.json holds, the result beside the sibling, marked where a loss saw the same network. */

import { networksOfLosses } from '../methods/rephotograph/losses.ts'
import { describeMetric, type MetricDescription, metricCatalogue } from '../metrics/catalogue.ts'
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
export function metricsSection({ metrics, config }: ReportContent): Html | null {
  if (!metrics) return null
  const seen = new Set<string>(networksOfLosses(config.losses))
  const isSeen = ({ networks }: MetricDescription): boolean => networks.some((network) => seen.has(network))
  const rows = rowsOf(metrics)
  const someSeen = rows.some(({ description }) => isSeen(description))
  return html`<section aria-labelledby="metrics-title">
<h2 id="metrics-title">In numbers</h2>
<p class="lead">The result, and beside it the sibling, which is what the encoders alone would answer. Likeness to the input and ages are measured in gray, so that gray is compared with gray. A likeness says something only above its floors: what the mean face, and a texture without any face, reach with this input.</p>
<div class="scroll"><table class="measured">
<thead><tr><th scope="col">metric</th><th scope="col">better</th><th scope="col">result</th><th scope="col">sibling</th></tr></thead>
<tbody>${rows.map(
    ({ description, result, sibling }) =>
      html`<tr><th scope="row">${description.label}${
        isSeen(description) ? ' †' : ''
      }</th><td>${description.better ?? ''}</td><td>${shown(result, description)}</td><td>${shown(sibling, description)}</td></tr>`,
  )}</tbody>
</table></div>
${someSeen ? html`<p class="lead">† A loss of this run looks through the same network, so this is no independent evidence.</p>` : null}
</section>`
}

function rowsOf(metrics: Metrics): Row[] {
  const fixed = metricCatalogue
    .filter(({ key }) => key in metrics && !key.startsWith('sibling.') && key !== 'age.sibling')
    .map((description): Row => {
      const { key } = description
      const beside = key === 'age.result' ? 'age.sibling' : `sibling.${key}`
      return { description, result: metrics[key], sibling: metrics[beside] }
    })
  const camera = Object.keys(metrics)
    .filter((key) => key.startsWith('camera.'))
    .flatMap((key): Row[] => {
      const description = describeMetric(key)
      return description ? [{ description, result: metrics[key], sibling: undefined }] : []
    })
  return [...fixed, ...camera]
}

function shown(value: number | null | undefined, { unit }: MetricDescription): string {
  if (value === undefined) return ''
  if (value === null) return 'not measured'
  const digits = unit === undefined ? 3 : 1
  return `${value.toFixed(digits)}${unit === undefined ? '' : ` ${unit}`}`
}

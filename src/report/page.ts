/**
 * The page of one run. Structure and words are here, looks in style.ts, what moves in client/.
 *
 * The order is that of a reader's questions: is it a good portrait, how did it come to be, did the optimization
 * behave, what exactly was done.
 */

import { choice } from './choice.ts'
import type { ReportContent } from './collect.ts'
import { htmlDocument } from './document.ts'
import { type Html, html, jsonScript } from './html.ts'
import { configSection, manifestSection } from './page-details.ts'
import { metricsSection } from './page-metrics.ts'
import { banner, comparison, gallery, numbered, scrubber, summary } from './page-pictures.ts'
import { clientScript, plotlyScript } from './page-scripts.ts'
import { seriesOf } from './series.ts'

/** What a report may leave out. */
export interface ReportOptions {
  /** Plots need a library that is larger than all the rest; the runs of a sweep have theirs in the comparison. */
  readonly plots?: boolean
}

/** The HTML of a report. */
export function reportPage(content: ReportContent, { plots = true }: ReportOptions = {}): string {
  const { title, method, losses, frames, manifest } = content
  const hasCurves = plots && losses.length > 0
  const data = {
    series: seriesOf(losses),
    stages: manifest.stages,
    frames: frames.map(({ step, src }) => ({ step, src })),
    ...method.report.data?.(content),
  }
  const body = html`<header>
<p class="kicker">rephoto · report of a run</p>
<h1>${title}</h1>
${summary(content)}
</header>
<main>
${banner(content)}
${comparison(content)}
${numbered(content)}
${gallery(content)}
${method.report.sections?.(content) ?? null}
${metricsSection(content)}
${scrubber(content)}
${hasCurves ? curves(content) : plots ? null : curvesElsewhere()}
${configSection(content)}
${manifestSection(content)}
</main>
<footer>Made with rephoto ${manifest.versions.rephoto}. The exact pictures, codes and numbers lie beside this file.</footer>
${jsonScript('run-data', data)}
${hasCurves ? plotlyScript() : null}
${clientScript('report/client/main')}`
  return htmlDocument(`${title} · rephoto`, body)
}

function curvesElsewhere(): Html {
  return html`<section aria-labelledby="curves-title">
<h2 id="curves-title">Did it converge?</h2>
<p class="lead">This run is part of a sweep: its curves are in the <a href="../../report.html">comparison</a>, its numbers in <a href="losses.csv">losses.csv</a>. <code>rephoto report</code> with this folder writes them into this page.</p>
</section>`
}

function curves(content: ReportContent): Html {
  const figures = content.method.report.figures?.(content) ?? []
  return html`<section aria-labelledby="curves-title">
<h2 id="curves-title">Did it converge?</h2>
<p class="lead">Each term of the objective at every step: weighted as it counts in the total, or raw as measured. Dashed lines part the stages.</p>
<div class="controls">
${choice('loss-values', 'Values', [
  ['weighted', 'weighted'],
  ['raw', 'raw'],
])}
${choice('loss-scale', 'Scale', [
  ['log', 'logarithmic'],
  ['linear', 'linear'],
])}
</div>
<div class="plot tall" id="plot-losses" role="img" aria-label="Line plot: every loss term over the steps. The numbers are in losses.csv."></div>
${figures.length > 0 ? html`<div class="pair">${figures}</div>` : null}
</section>`
}

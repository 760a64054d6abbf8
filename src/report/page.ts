/**
 * The page of one run. Structure and words are here, looks in style.ts, what moves in client.js.
 *
 * The order is that of a reader's questions: is it a good portrait, how did it come to be, did the optimization
 * behave, what exactly was done. The policy in its head forbids every request, so "offline" is enforced, not hoped for.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { ReportContent } from './collect.ts'
import { Html, html, jsonScript, script } from './html.ts'
import { configSection, manifestSection } from './page-details.ts'
import { banner, comparison, gallery, scrubber, summary } from './page-pictures.ts'
import { seriesOf } from './series.ts'
import { style } from './style.ts'

const POLICY = "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

/** The HTML of a report. */
export function reportPage(content: ReportContent): string {
  const { title, config, losses, frames, manifest } = content
  const hasCurves = losses.length > 0
  const data = {
    series: seriesOf(losses),
    stages: manifest.stages,
    frames: frames.map(({ step, src }) => ({ step, src })),
    response: config.degradation.response ?? null,
  }
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${title} · rephoto</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<p class="kicker">rephoto · report of a run</p>
<h1>${title}</h1>
${summary(content)}
</header>
<main>
${banner(content)}
${comparison(content)}
${gallery(content)}
${scrubber(content)}
${hasCurves ? curves(content) : null}
${configSection(content)}
${manifestSection(content)}
</main>
<footer>Made with rephoto ${manifest.versions.rephoto}. The exact pictures, codes and numbers lie beside this file.</footer>
${jsonScript('run-data', data)}
${hasCurves ? script(plotly(), 'classic') : null}
${script(client(), 'module')}
</body>
</html>
`.text
}

function curves({ config }: ReportContent): Html {
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
<div class="pair">
<figure><figcaption>Camera parameters as they were learned</figcaption>
<div class="plot" id="plot-camera" role="img" aria-label="Line plot: camera parameters over the steps. The numbers are in losses.csv."></div></figure>
${
  config.degradation.response &&
  html`<figure><figcaption>Camera response: light in, tone out</figcaption>
<div class="plot" id="plot-response" role="img" aria-label="Line plot: the learned response curve and the straight line it started from."></div></figure>`
}
</div>
</section>`
}

function choice(name: string, legend: string, options: readonly (readonly [value: string, label: string])[]): Html {
  return html`<fieldset class="choice"><legend>${legend}</legend>${options.map(
    ([value, label], index) =>
      html`<label><input type="radio" name="${name}" value="${value}"${index === 0 ? html` checked` : null}><span>${label}</span></label>`,
  )}</fieldset>`
}

let plotlyCode: string | undefined

function plotly(): string {
  plotlyCode ??= readFileSync(createRequire(import.meta.url).resolve('plotly.js-basic-dist-min'), 'utf8')
  return plotlyCode
}

function client(): string {
  return readFileSync(new URL('./client.js', import.meta.url), 'utf8')
}

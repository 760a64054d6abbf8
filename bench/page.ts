// A benchmark as one offline page: which machine, how long a step takes beside the machine's own limit and PyTorch, and
// the numbers in a table.

import { Html, html, jsonScript, script } from '../src/report/html.ts'
import { plotlyScript } from '../src/report/page-scripts.ts'
import { style } from '../src/report/style.ts'
import type { Measurement } from './measure.ts'
import { type BenchRecord, timesFaster, torchSeconds } from './record.ts'

export function benchPage(record: BenchRecord): string {
  const { machine, versions } = record
  const facts: [string, string][] = [
    ['Processor', `${machine.cpu}, ${machine.cores} cores`],
    ['Memory', `${machine.memoryGiB} GiB`],
    ['System', machine.platform],
    ['ONNX Runtime', versions.onnxruntime ?? 'unknown'],
    ['PyTorch', record.torch[0] ? [record.torch[0].torch, record.torch[0].blas].filter(Boolean).join(', ') : 'none'],
    ['Node', versions.node],
    ['Load before', record.load.toFixed(2)],
    ['When', record.date.slice(0, 16).replace('T', ' ')],
  ]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>rephoto: benchmark</title>
${sheet}
</head>
<body>
<header>
<p class="kicker">rephoto ${versions.rephoto}</p>
<h1>One optimization step</h1>
<p class="lead">Forward, backward and update of the whole objective. The machine's limit is the step's own convolutions
and matrix products, each measured alone in the same run; what lies above it is everything else.</p>
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${
  record.load > 1
    ? html`<p class="note">Other work ran on this machine (load ${record.load.toFixed(1)}): seconds are too long, ratios are less sure.</p>`
    : null
}
</header>
<main>
<section>
<h2>Seconds per step</h2>
<div id="steps"></div>
</section>
<section>
<h2>In numbers</h2>
<div style="overflow-x: auto"><table class="bench">
<thead><tr><th>Objective</th><th>Executed by</th><th>Step</th><th>GFLOP</th><th>GFLOP/s</th><th>Nodes</th><th>Peak memory</th><th>Limit</th><th>Limit / step</th><th>To ours</th></tr></thead>
<tbody>${record.measurements.flatMap((m) => [ourRow(m), ...theirRows(record, m)])}</tbody>
</table></div>
<p>Steps of ours are medians, PyTorch's its fastest. “lean” scales feature maps instead of kernels and keeps the
target's features, as ours does; “public” makes a kernel for each picture and computes the target's features in every
step, as the method's published code does.${
    record.torchCheck === null
      ? null
      : html` PyTorch's losses agree with the golden objective to ${record.torchCheck.toExponential(1)}.`
  }</p>
${record.absent.length > 0 ? html`<h3>Not measured</h3><ul>${record.absent.map(({ what, why }) => html`<li>${what}: ${why}</li>`)}</ul>` : null}
</section>
</main>
${jsonScript('bars', bars(record))}
${plotlyScript()}
${script(client, 'classic')}
</body>
</html>
`.text
}

/** Seconds per step: a plot of its own for each workload, since they differ by orders of magnitude. */
function bars(record: BenchRecord): { title: string; names: string[]; seconds: number[] }[] {
  const plots = new Map<string, { title: string; names: string[]; seconds: number[] }>()
  for (const m of record.measurements) {
    const plot = plots.get(m.title) ?? { title: m.title, names: [], seconds: [] }
    plots.set(m.title, plot)
    const put = (name: string, s: number): void => {
      plot.names.push(name)
      plot.seconds.push(s)
    }
    if (m.calibratedMilliseconds !== undefined) put(`limit, ${m.device}`, m.calibratedMilliseconds / 1000)
    put(engineOf(m), m.stepMilliseconds / 1000)
    for (const t of theirs(record, m)) put(`PyTorch ${t.style}, ${t.device}`, torchSeconds(t))
  }
  return [...plots.values()]
}

function theirs(record: BenchRecord, m: Measurement) {
  const isGpu = m.device !== 'cpu'
  return m.engine === 'tfjs'
    ? []
    : record.torch.filter((t) => t.workload === m.workload && (t.device !== 'cpu') === isGpu)
}

function engineOf(m: Measurement): string {
  return m.engine === 'tfjs' ? 'ours, TensorFlow.js' : `ours, ${m.device}`
}

function ourRow(m: Measurement): Html {
  return row([
    m.title,
    engineOf(m),
    seconds(m.stepMilliseconds / 1000),
    m.gflopPerStep.toFixed(1),
    m.gflopPerSecond.toFixed(0),
    String(m.nodes),
    `${m.peakGigabytes.toFixed(1)} GB`,
    m.calibratedMilliseconds === undefined ? '' : seconds(m.calibratedMilliseconds / 1000),
    m.share === undefined ? '' : `${(100 * m.share).toFixed(0)} %`,
    '',
  ])
}

function theirRows(record: BenchRecord, ours: Measurement): Html[] {
  return theirs(record, ours).map((t) =>
    row([
      '',
      `PyTorch ${t.torch}${t.blas ? ` with ${t.blas}` : ''}, ${t.style}`,
      seconds(torchSeconds(t)),
      '',
      '',
      '',
      `${t.peakGigabytes.toFixed(1)} GB`,
      '',
      '',
      `${timesFaster(ours, t).toFixed(1)} ×`,
    ]),
  )
}

function row(cells: readonly string[]): Html {
  return html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`
}

function seconds(s: number): string {
  return s < 1 ? `${(1000 * s).toFixed(0)} ms` : `${s.toFixed(2)} s`
}

/** The reports' own sheet and what a table of numbers needs. */
const sheet = new Html(`<style>${style}
.bench { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.82rem; }
.bench th { text-align: right; font-weight: 500; color: var(--faint); vertical-align: bottom; }
.bench th, .bench td { padding: 0.35rem 0.45rem; border-bottom: 1px solid var(--rule); white-space: nowrap; }
.bench td { text-align: right; }
.bench th:nth-child(-n + 2), .bench td:nth-child(-n + 2) { text-align: left; }
.note { background: var(--warn); padding: 0.6rem 1rem; border-radius: 6px; }
</style>`)

const client = `
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
const color = (name) => css(name.startsWith('limit') ? '--faint' : name.startsWith('ours') ? '--line-1' : '--line-2')
const plots = JSON.parse(document.getElementById('bars').textContent).map((data) => {
  const heading = document.createElement('h3')
  heading.textContent = data.title
  const place = document.createElement('div')
  place.style.height = 40 + 38 * data.names.length + 'px'
  document.getElementById('steps').append(heading, place)
  return { place, ...data }
})
const draw = () => {
  for (const { place, names, seconds } of plots)
    Plotly.react(place, [{
      type: 'bar', orientation: 'h', y: names, x: seconds, textposition: 'outside', cliponaxis: false,
      text: seconds.map((s) => s < 1 ? (1000 * s).toFixed(0) + ' ms' : s.toFixed(2) + ' s'),
      hovertemplate: '%{y}: %{text}<extra></extra>', marker: { color: names.map(color) },
    }], {
      margin: { t: 0, r: 60, b: 35, l: 150 }, paper_bgcolor: 'transparent', plot_bgcolor: 'transparent', bargap: 0.3,
      font: { family: css('--sans'), color: css('--ink') },
      xaxis: { rangemode: 'tozero', gridcolor: css('--rule'), ticksuffix: ' s', nticks: 6 }, yaxis: { autorange: 'reversed', fixedrange: true },
    }, { responsive: true, displayModeBar: false })
}
draw()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
`

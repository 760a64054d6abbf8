// What moves in a report. Runs in the reader's browser, from the page itself. Without it (scripts forbidden) the page still shows all pictures, the config and the manifest.

import type { Series } from '../series.ts'
import { byId, chosenValue, maybeById, pageData } from './dom.ts'
import { layoutOf, legendAbove, lineColor, PLOT_OPTIONS, type Theme, themeOf } from './plot-theme.ts'
import { sliders } from './slider.ts'

interface Tone {
  readonly gamma: number
  readonly offset: number
  readonly gain: number
}

/** What the page carries (page.ts, and the method's own). */
interface RunData {
  readonly series: Series
  readonly stages: readonly { readonly steps: number; readonly coarse?: number }[]
  readonly frames: readonly { readonly step: number; readonly src: string }[]
  readonly response: Tone
}

const data = pageData<RunData>('run-data')
sliders()
scrubber()
if (globalThis.Plotly && data.series.steps.length > 0) plots()

function scrubber(): void {
  const range = maybeById<HTMLInputElement>('scrub')
  if (!range) return
  const image = byId<HTMLImageElement>('frame')
  const label = byId('frame-step')
  const play = byId('play')
  let timer: ReturnType<typeof setInterval> | undefined

  const show = () => {
    const { step, src } = data.frames[Number(range.value)]!
    // A row holds the losses before its step, so those of the picture after n steps are in row n + 1.
    const total = data.series.total[data.series.steps.indexOf(step + 1)]
    const loss = total === null || total === undefined ? '' : ` · loss ${total.toPrecision(3)}`
    image.src = src
    image.alt = `The result after ${step} steps`
    label.textContent = `step ${step}${loss}`
    range.setAttribute('aria-valuetext', `step ${step}`)
  }
  const stop = () => {
    clearInterval(timer)
    timer = undefined
    play.textContent = 'Play'
    play.setAttribute('aria-pressed', 'false')
  }
  const advance = () => {
    if (Number(range.value) >= data.frames.length - 1) return stop()
    range.value = String(Number(range.value) + 1)
    show()
  }
  range.addEventListener('input', () => {
    stop()
    show()
  })
  play.addEventListener('click', () => {
    if (timer !== undefined) return stop()
    if (Number(range.value) >= data.frames.length - 1) range.value = '0'
    show()
    timer = setInterval(advance, Math.max(60, 4000 / data.frames.length))
    play.textContent = 'Pause'
    play.setAttribute('aria-pressed', 'true')
  })
  show()
}

function plots(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const draw = () => {
    const theme = themeOf(document.documentElement)
    drawLosses(theme)
    drawCamera(theme)
    drawResponse(theme)
  }
  for (const input of document.querySelectorAll('input[name^="loss-"]')) input.addEventListener('change', draw)
  dark.addEventListener('change', draw)
  draw()
}

function stageMarks(theme: Theme) {
  const { stageEnds, steps } = data.series
  const starts = [0, ...stageEnds]
  return {
    shapes: stageEnds.map((step) => ({
      type: 'line',
      yref: 'paper',
      x0: step + 0.5,
      x1: step + 0.5,
      y0: 0,
      y1: 1,
      line: { color: theme.faint, width: 1, dash: 'dash' },
    })),
    annotations: starts.map((start, index) => ({
      x: (start + (starts[index + 1] ?? steps.at(-1)!)) / 2,
      y: 1,
      yref: 'paper',
      yanchor: 'bottom',
      showarrow: false,
      text: data.stages[index] ? `stage ${index + 1}: up to ${data.stages[index].coarse} px` : `stage ${index + 1}`,
      font: { size: 12, color: theme.faint },
    })),
  }
}

function drawLosses(theme: Theme): void {
  const values = chosenValue('loss-values') as 'raw' | 'weighted'
  const log = chosenValue('loss-scale') === 'log'
  // A term can be exactly zero, which has no logarithm: a gap.
  const visible = (column: readonly (number | null)[]) =>
    log ? column.map((value) => (value !== null && value > 0 ? value : null)) : column
  const traces: object[] = Object.entries(data.series.terms).map(([name, columns], index) => ({
    name,
    x: data.series.steps,
    y: visible(columns[values]),
    mode: 'lines',
    line: { color: lineColor(theme, index), width: 1.6 },
  }))
  if (values === 'weighted') {
    const line = { color: theme.ink, width: 2.4 }
    traces.unshift({ name: 'total', x: data.series.steps, y: visible(data.series.total), mode: 'lines', line })
  }
  const layout = layoutOf(theme, {
    xaxis: { title: { text: 'step' } },
    yaxis: { type: log ? 'log' : 'linear', exponentformat: 'power', ...(log ? { dtick: 1 } : { rangemode: 'tozero' }) },
    ...stageMarks(theme),
  })
  Plotly.react('plot-losses', traces, layout, PLOT_OPTIONS)
}

function drawCamera(theme: Theme): void {
  if (!maybeById('plot-camera')) return
  const traces = Object.entries(data.series.camera).map(([name, column], index) => ({
    name,
    x: data.series.steps,
    y: column,
    mode: 'lines',
    line: { color: lineColor(theme, index), width: 1.8 },
  }))
  const { shapes } = stageMarks(theme)
  const layout = layoutOf(theme, { xaxis: { title: { text: 'step' } }, legend: legendAbove(theme), shapes })
  Plotly.react('plot-camera', traces, layout, PLOT_OPTIONS)
}

function drawResponse(theme: Theme): void {
  if (!maybeById('plot-response')) return
  const last = (name: keyof Tone) =>
    data.series.camera[`response.${name}`]?.findLast((value) => value !== null) ?? data.response[name]
  const light = Array.from({ length: 101 }, (_, index) => index / 100)
  const tone = ({ gamma, offset, gain }: Tone) => light.map((u) => offset + gain * u ** gamma)
  const learned = { gamma: last('gamma'), offset: last('offset'), gain: last('gain') }
  const curve = (name: string, y: readonly number[], line: object) => ({ name, x: light, y, mode: 'lines', line })
  const traces = [
    curve('start', tone(data.response), { color: theme.faint, width: 1.2, dash: 'dot' }),
    curve('learned', tone(learned), { color: theme.lines[0], width: 2.4 }),
  ]
  const axis = (text: string) => ({ title: { text }, range: [-0.02, 1.02] })
  const layout = layoutOf(theme, { xaxis: axis('light'), yaxis: axis('tone'), legend: legendAbove(theme) })
  Plotly.react('plot-response', traces, layout, PLOT_OPTIONS)
}

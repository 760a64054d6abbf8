// Losses over the steps: a line for each condition, and its runs when asked.
import { byId, chosenValue, maybeById } from '../../report/client/dom.ts'
import { layoutOf, PLOT_OPTIONS, themeOf } from '../../report/client/plot-theme.ts'
import type { Curve } from '../curves.ts'
import { colorOf, type Data, dashOf, data } from './data.ts'

export function startCurves(): (() => void) | undefined {
  const term = maybeById<HTMLSelectElement>('curve-term')
  if (!term || !data.curves) return undefined
  const singles = byId<HTMLInputElement>('curve-singles')
  const draw = () => {
    curves(data.curves!, term.value, chosenValue('curve-scale') === 'log', singles.checked)
  }
  for (const control of [term, singles, ...document.querySelectorAll('input[name="curve-scale"]')]) {
    control.addEventListener('change', draw)
  }
  draw()
  return draw
}

function curves(
  { steps, means, singles, runs }: NonNullable<Data['curves']>,
  term: string,
  log: boolean,
  withSingles: boolean,
): void {
  const theme = themeOf(document.documentElement)
  // A loss can be exactly zero, which has no logarithm: a gap.
  const visible = (column: Curve) =>
    log ? column.map((value) => (value !== null && value > 0 ? value : null)) : column
  const trace = (column: Curve, condition: number, extra: object) => ({
    type: 'scatter',
    mode: 'lines',
    x: steps,
    y: visible(column),
    legendgroup: String(condition),
    name: data.conditions[condition]!.replaceAll('<', '&lt;'),
    ...extra,
  })
  const thick = means[term]!.flatMap((column, index) =>
    column.every((value) => value === null)
      ? []
      : [trace(column, index, { line: { color: colorOf(theme, index), dash: dashOf(theme, index), width: 2.4 } })],
  )
  const thin = withSingles
    ? runs.map(({ condition, label }, run) =>
        trace(singles[term]![run]!, condition, {
          line: { color: colorOf(theme, condition), width: 0.7 },
          opacity: 0.45,
          showlegend: false,
          hovertemplate: `${label.replaceAll('<', '&lt;')}: %{y:.3g}<extra>%{fullData.name}</extra>`,
        }),
      )
    : []
  const layout = layoutOf(theme, {
    hovermode: withSingles ? 'closest' : 'x unified',
    xaxis: { title: { text: 'step' } },
    yaxis: {
      title: { text: term },
      type: log ? 'log' : 'linear',
      exponentformat: 'power',
      ...(log ? {} : { rangemode: 'tozero' }),
    },
  })
  Plotly.react('plot-curves', [...thin, ...thick], layout, PLOT_OPTIONS)
}

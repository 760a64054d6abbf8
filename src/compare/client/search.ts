// What a search came to: every trial in its order, and the best so far.
import { maybeById } from '../../report/client/dom.ts'
import { layoutOf, lineColor, PLOT_OPTIONS, themeOf } from '../../report/client/plot-theme.ts'
import { type Data, data, metricOf, shown, titleOf } from './data.ts'

export function startSearch(): (() => void) | undefined {
  const { search } = data
  if (!search || !maybeById('plot-search')) return undefined
  const draw = () => drawSearch(search)
  draw()
  return draw
}

function drawSearch({ metric: key, direction }: NonNullable<Data['search']>): void {
  const metric = metricOf(key)
  const theme = themeOf(document.documentElement)
  const sign = direction === 'minimize' ? 1 : -1
  const points = data.conditions.flatMap((name, index) => {
    const mean = metric.cells[index]!.level?.mean
    return typeof mean === 'number' ? [{ name, index, mean }] : []
  })
  let best: number | undefined
  const sofar = points.map(({ mean }) => {
    best = best === undefined || sign * mean < sign * best ? mean : best
    return best
  })
  const x = points.map(({ index }) => index)
  const text = points.map(({ name, mean }) => `${name.replaceAll('<', '&lt;')}<br>${shown(mean, metric.decimals)}`)
  const dots = {
    type: 'scatter',
    mode: 'markers',
    name: 'trials',
    x,
    y: points.map(({ mean }) => mean),
    text,
    hovertemplate: '%{text}<extra></extra>',
    marker: {
      size: points.map(({ index }) => (index === data.base ? 13 : 8)),
      symbol: points.map(({ index }) => (index === data.base ? 'diamond' : 'circle')),
      color: lineColor(theme, 0),
    },
  }
  const line = {
    type: 'scatter',
    mode: 'lines',
    name: 'best so far',
    x,
    y: sofar,
    line: { color: lineColor(theme, 1), width: 2, shape: 'hv' },
    hoverinfo: 'skip',
  }
  const layout = layoutOf(theme, {
    hovermode: 'closest',
    xaxis: { title: { text: 'trial (diamond: the base)' }, zeroline: false },
    yaxis: { title: { text: titleOf(metric) }, zeroline: false },
  })
  Plotly.react('plot-search', [dots, line], layout, PLOT_OPTIONS)
}

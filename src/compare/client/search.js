// What a search came to: every trial in its order, and the best so far.
import { layoutOf, PLOT_OPTIONS, themeOf } from '../../report/plot-theme.js'
import { data, metricOf, shown, titleOf } from './data.js'

export function startSearch() {
  if (!document.getElementById('plot-search')) return undefined
  drawSearch()
  return drawSearch
}

function drawSearch() {
  const { metric: key, direction } = data.search
  const metric = metricOf(key)
  const theme = themeOf(document.documentElement)
  const sign = direction === 'minimize' ? 1 : -1
  const points = data.conditions.flatMap((name, index) => {
    const { level } = metric.cells[index]
    return level ? [{ name, index, mean: level.mean }] : []
  })
  let best
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
      color: theme.lines[0],
    },
  }
  const line = {
    type: 'scatter',
    mode: 'lines',
    name: 'best so far',
    x,
    y: sofar,
    line: { color: theme.lines[1], width: 2, shape: 'hv' },
    hoverinfo: 'skip',
  }
  const layout = layoutOf(theme, {
    hovermode: 'closest',
    xaxis: { title: { text: 'trial (diamond: the base)' }, zeroline: false },
    yaxis: { title: { text: titleOf(metric) }, zeroline: false },
  })
  Plotly.react('plot-search', [dots, line], layout, PLOT_OPTIONS)
}

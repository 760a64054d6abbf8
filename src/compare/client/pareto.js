// Two metrics against each other, turned so that better is up and to the right, and the conditions that none beats in both.
import { layoutOf, PLOT_OPTIONS, themeOf } from '../../report/plot-theme.js'
import { colorOf, data, metricOf, shown, titleOf } from './data.js'

export function startPareto() {
  const [across, up] = [document.getElementById('pareto-x'), document.getElementById('pareto-y')]
  if (!across || !up) return undefined
  const draw = () => pareto(metricOf(across.value), metricOf(up.value))
  across.addEventListener('change', draw)
  up.addEventListener('change', draw)
  draw()
  return draw
}

// Those that no other beats in one and equals or beats in the other (Pareto), from left to right.
export function frontOf(points) {
  const beaten = (a) => points.some((b) => b.x >= a.x && b.y >= a.y && (b.x > a.x || b.y > a.y))
  return points.filter((point) => !beaten(point)).sort((a, b) => a.x - b.x || b.y - a.y)
}

function pareto(xMetric, yMetric) {
  const theme = themeOf(document.documentElement)
  const turn = ({ better }) => (better === 'lower' ? -1 : 1)
  const points = data.conditions.flatMap((name, index) => {
    const [x, y] = [xMetric.cells[index].level, yMetric.cells[index].level]
    return x && y ? [{ name, index, level: { x, y }, x: turn(xMetric) * x.mean, y: turn(yMetric) * y.mean }] : []
  })
  const front = frontOf(points)
  const shared = [xMetric, yMetric].filter((metric) => metric.shared.length > 0)
  document.getElementById('pareto-note').textContent =
    `Not beaten in both: ${front.map(({ name }) => name).join(', ')}.` +
    shared
      .map((metric) => ` ${metric.label}: a compared loss uses ${metric.shared.join(', ')}, so it is no evidence.`)
      .join('')
  // Between inputs means vary far more than between conditions; what tells conditions apart are paired differences.
  const errors = (metric) => {
    const half = (side) =>
      points.map(({ index }) => {
        const { difference } = metric.cells[index]
        if (!difference || difference.low === null) return 0
        return side === 'high' ? difference.high - difference.mean : difference.mean - difference.low
      })
    return {
      type: 'data',
      symmetric: false,
      array: half('high'),
      arrayminus: half('low'),
      color: theme.faint,
      thickness: 1,
      width: 3,
    }
  }
  const line = {
    type: 'scatter',
    mode: 'lines',
    x: front.map(({ level }) => level.x.mean),
    y: front.map(({ level }) => level.y.mean),
    line: { color: theme.lines[1], width: 2, dash: 'dot' },
    hoverinfo: 'skip',
  }
  const dots = {
    type: 'scatter',
    mode: 'markers+text',
    x: points.map(({ level }) => level.x.mean),
    y: points.map(({ level }) => level.y.mean),
    text: points.map(({ name }) => name.replaceAll('<', '&lt;')),
    textposition: points.map((_, index) => (index % 2 === 0 ? 'top center' : 'bottom center')),
    textfont: { color: theme.ink, size: 12 },
    cliponaxis: false,
    hovertemplate: points.map(
      ({ name, level }) =>
        `${name.replaceAll('<', '&lt;')}<br>${xMetric.label}: ${shown(level.x.mean, xMetric.decimals)}<br>${yMetric.label}: ${shown(level.y.mean, yMetric.decimals)}<extra></extra>`,
    ),
    marker: {
      size: points.map(({ index }) => (index === data.base ? 14 : 10)),
      symbol: points.map(({ index }) => (index === data.base ? 'diamond' : 'circle')),
      color: points.map(({ index }) => colorOf(theme, index)),
    },
    error_x: errors(xMetric),
    error_y: errors(yMetric),
  }
  const axis = (metric) => ({
    title: { text: `${titleOf(metric)}, ${metric.better} is better` },
    autorange: metric.better === 'lower' ? 'reversed' : true,
    zeroline: false,
  })
  const layout = layoutOf(theme, {
    hovermode: 'closest',
    showlegend: false,
    xaxis: axis(xMetric),
    yaxis: axis(yMetric),
  })
  Plotly.react('plot-pareto', [line, dots], layout, PLOT_OPTIONS)
}

// Two numbers of the conditions against each other, metrics turned so that better is up and to the right, and the conditions that
// none beats in both.
import { byId, maybeById } from '../../report/client/dom.ts'
import { layoutOf, lineColor, PLOT_OPTIONS, themeOf } from '../../report/client/plot-theme.ts'
import { type Cell, colorOf, data, type Metric, metricOf, shown, titleOf } from './data.ts'

/** A metric, or a key that differs as if it were one. */
interface Axis extends Pick<Metric, 'key' | 'label' | 'unit' | 'better' | 'shared'> {
  /** null: numbers as they are written. */
  readonly decimals: number | null
  readonly cells: readonly {
    readonly level?: { readonly mean: number | string | null } | null | undefined
    readonly difference?: Cell['difference']
  }[]
  readonly scale?: 'log' | 'linear'
}

const MOST_NAMES = 16

export function startPareto(): (() => void) | undefined {
  const [across, up] = [maybeById<HTMLSelectElement>('pareto-x'), maybeById<HTMLSelectElement>('pareto-y')]
  if (!across || !up) return undefined
  const draw = () => pareto(axisNamed(across.value), axisNamed(up.value))
  across.addEventListener('change', draw)
  up.addEventListener('change', draw)
  draw()
  return draw
}

function axisNamed(value: string): Axis {
  if (!value.startsWith('set:')) return metricOf(value)
  const key = value.slice(4)
  const { values } = data.parameters.find((parameter) => parameter.key === key)!
  const cells = values.map((mean) => ({ level: mean === null ? null : { mean } }))
  return { key, label: key, unit: '', better: null, shared: [], decimals: null, cells, scale: scaleOf(values) }
}

// Values of very different size are told apart by their logarithms.
function scaleOf(values: readonly (number | string | null)[]): 'log' | 'linear' {
  const present = values.filter((value) => typeof value === 'number')
  return Math.min(...present) > 0 && Math.max(...present) / Math.min(...present) >= 50 ? 'log' : 'linear'
}

function shownOn({ decimals }: Axis, value: number): string {
  return decimals === null ? String(value) : shown(value, decimals)
}

// Those that no other beats in one and equals or beats in the other (Pareto), from left to right.
export function frontOf<Point extends { readonly x: number; readonly y: number }>(points: readonly Point[]): Point[] {
  const beaten = (a: Point) => points.some((b) => b.x >= a.x && b.y >= a.y && (b.x > a.x || b.y > a.y))
  return points.filter((point) => !beaten(point)).sort((a, b) => a.x - b.x || b.y - a.y)
}

function pareto(xMetric: Axis, yMetric: Axis): void {
  const theme = themeOf(document.documentElement)
  const turn = ({ better }: Axis) => (better === 'lower' ? -1 : 1)
  const points = data.conditions.flatMap((name, index) => {
    const [x, y] = [xMetric, yMetric].map(({ cells }) => cells[index]!.level?.mean)
    if (typeof x !== 'number' || typeof y !== 'number') return []
    return [{ name, index, level: { x, y }, x: turn(xMetric) * x, y: turn(yMetric) * y }]
  })
  const directed = xMetric.better !== null && yMetric.better !== null
  const front = directed ? frontOf(points) : []
  const shared = [xMetric, yMetric].filter((metric) => metric.shared.length > 0)
  byId('pareto-note').textContent =
    (directed
      ? `Not beaten in both: ${front.map(({ name }) => name).join(', ')}.`
      : 'One of the two has no better side, so nothing is better in both.') +
    shared
      .map((metric) => ` ${metric.label}: a compared loss uses ${metric.shared.join(', ')}, so it is no evidence.`)
      .join('')
  // Between inputs means vary far more than between conditions; what tells conditions apart are paired differences.
  const errors = (metric: Axis) => {
    const half = (side: 'low' | 'high') =>
      points.map(({ index }) => {
        const { difference } = metric.cells[index]!
        if (!difference || difference.low === null) return 0
        return side === 'high' ? difference.high! - difference.mean! : difference.mean! - difference.low
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
    x: front.map(({ level }) => level.x),
    y: front.map(({ level }) => level.y),
    line: { color: lineColor(theme, 1), width: 2, dash: 'dot' },
    hoverinfo: 'skip',
  }
  const dots = {
    type: 'scatter',
    mode: 'markers+text',
    x: points.map(({ level }) => level.x),
    y: points.map(({ level }) => level.y),
    // More names than that cover each other: those of the front and the base are left, the others come with the pointer.
    text: points.map(({ name, index }) =>
      points.length <= MOST_NAMES || index === data.base || front.some((one) => one.index === index)
        ? name.replaceAll('<', '&lt;')
        : '',
    ),
    textposition: points.map((_, index) => (index % 2 === 0 ? 'top center' : 'bottom center')),
    textfont: { color: theme.ink, size: 12 },
    cliponaxis: false,
    hovertemplate: points.map(
      ({ name, level }) =>
        `${name.replaceAll('<', '&lt;')}<br>${xMetric.label}: ${shownOn(xMetric, level.x)}<br>${yMetric.label}: ${shownOn(yMetric, level.y)}<extra></extra>`,
    ),
    marker: {
      size: points.map(({ index }) => (index === data.base ? 14 : 10)),
      symbol: points.map(({ index }) => (index === data.base ? 'diamond' : 'circle')),
      color: points.map(({ index }) => colorOf(theme, index)),
    },
    error_x: errors(xMetric),
    error_y: errors(yMetric),
  }
  const axis = (metric: Axis) => ({
    title: { text: metric.better === null ? titleOf(metric) : `${titleOf(metric)}, ${metric.better} is better` },
    autorange: metric.better === 'lower' ? 'reversed' : true,
    type: metric.scale ?? 'linear',
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

// One metric at a time: a plot of the differences with their intervals and inputs, and a table that sorts.
import { byId, maybeById } from '../../report/client/dom.ts'
import { layoutOf, lineColor, PLOT_OPTIONS, themeOf } from '../../report/client/plot-theme.ts'
import { type Cell, type Difference, data, element, type Metric, metricOf, shown, shownSigned } from './data.ts'

/** A condition in the table. */
interface Row extends Cell {
  readonly index: number
  readonly name: string
  readonly base: boolean
}

type Column = readonly [
  head: string,
  text: (row: Row, decimals: number) => string,
  value: (row: Row) => number | null | undefined,
]

interface Sorting {
  column: number
  descending: boolean
}

const MARK_SIGNS: Readonly<Record<string, string>> = { better: '✓', worse: '✗', differs: '≠' }
// For each column: its head, its text, and what it is sorted by (undefined sorts last).
const COLUMNS: readonly Column[] = [
  ['Condition', (row) => row.name, (row) => row.index],
  ['Mean', (row, d) => shown(row.level?.mean, d), (row) => row.level?.mean],
  [
    'Difference',
    (row, d) => (row.difference ? shownSigned(row.difference.mean, d) : row.base ? 'base' : '–'),
    (row) => row.difference?.mean,
  ],
  ['95 % interval', (row, d) => rangeText(row.difference, d), (row) => row.difference?.low],
  ['', (row) => markText(row.difference), (row) => (row.difference?.mark ? row.difference.holm : undefined)],
  [
    'Better in',
    (row) => (row.difference ? `${row.difference.improved} of ${row.difference.units.length}` : '–'),
    (row) => row.difference && row.difference.improved / row.difference.units.length,
  ],
  ['p (sign flip)', (row) => pText(row.difference?.p), (row) => row.difference?.p],
  ['p (Holm)', (row) => pText(row.difference?.holm), (row) => row.difference?.holm],
  [
    'Pairs',
    (row) =>
      row.difference
        ? `${row.difference.pairs}${row.difference.dropped > 0 ? ` (${row.difference.dropped} dropped)` : ''}`
        : '–',
    (row) => row.difference?.pairs,
  ],
]

export function startDetail(): (() => void) | undefined {
  const select = maybeById<HTMLSelectElement>('detail-metric')
  if (!select) return undefined
  const sort = { column: 0, descending: false }
  const draw = () => {
    const metric = metricOf(select.value)
    note(metric)
    table(metric, sort, draw)
    forest(metric)
  }
  select.addEventListener('change', draw)
  draw()
  return draw
}

// Plotly reads tags in texts; a name is no tag.
function shortName(name: string): string {
  return (name.length > 28 ? `${name.slice(0, 27)}…` : name).replaceAll('<', '&lt;')
}

function rowsOf({ cells }: Metric): Row[] {
  return cells.map((cell, index) => ({ ...cell, index, name: data.conditions[index]!, base: index === data.base }))
}

function note({ better, shared }: Metric): void {
  const side = better === null ? 'Neither side is better; "better in" counts rises.' : `Better is ${better}.`
  const warning = shared.length > 0 ? ` A compared loss uses ${shared.join(', ')}: this is no evidence.` : ''
  byId('detail-note').textContent = side + warning
}

function rangeText(difference: Difference | undefined, decimals: number): string {
  if (!difference || difference.low === null) return '–'
  return `${shownSigned(difference.low, decimals)} … ${shownSigned(difference.high, decimals)}`
}

function markText(difference: Difference | undefined): string {
  if (!difference?.mark) return ''
  const sign = MARK_SIGNS[difference.mark]!
  return `${difference.holm! < 0.05 ? sign + sign : sign} ${difference.mark}`
}

function pText(p: number | null | undefined): string {
  if (p === undefined || p === null) return '–'
  return p < 0.001 ? p.toExponential(1).replace('-', '−') : p.toFixed(3)
}

function table(metric: Metric, sort: Sorting, redraw: () => void): void {
  const rows = rowsOf(metric)
  const value = COLUMNS[sort.column]![2]
  rows.sort((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === undefined || x === null) return y === undefined || y === null ? a.index - b.index : 1
    if (y === undefined || y === null) return -1
    return (sort.descending ? y - x : x - y) || a.index - b.index
  })
  const head = COLUMNS.map(([title], column) => {
    const button = element('button', { type: 'button', className: 'sort', textContent: title || 'Mark' })
    button.addEventListener('click', () => {
      sort.descending = sort.column === column && !sort.descending
      sort.column = column
      redraw()
      document.querySelectorAll<HTMLElement>('#detail-table .sort')[column]!.focus()
    })
    const cell = element('th', { scope: 'col' }, button)
    cell.setAttribute('aria-sort', sort.column === column ? (sort.descending ? 'descending' : 'ascending') : 'none')
    return cell
  })
  const body = rows.map((row) => {
    const cells = COLUMNS.map(([, text], column) => {
      const textContent = text(row, metric.decimals)
      const cell = column === 0 ? element('th', { textContent, scope: 'row' }) : element('td', { textContent })
      const mark = row.difference?.mark
      if ((column === 2 || column === 4) && mark && metric.shared.length === 0) cell.className = mark
      return cell
    })
    return element('tr', {}, ...cells)
  })
  byId('detail-table').replaceChildren(element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body))
}

function forest(metric: Metric): void {
  const plot = byId('plot-forest')
  const theme = themeOf(document.documentElement)
  const rows = rowsOf(metric).flatMap(({ difference, ...row }) => (difference ? [{ ...row, difference }] : []))
  plot.hidden = rows.length === 0
  if (rows.length === 0) return
  const colors: Readonly<Record<string, string>> = {
    better: lineColor(theme, 2),
    worse: lineColor(theme, 4),
    differs: lineColor(theme, 0),
  }
  // Rows from the top down; units a little below their row's mean.
  const y = (index: number) => rows.length - 1 - index
  const inputs = {
    name: 'inputs',
    type: 'scatter',
    mode: 'markers',
    x: rows.flatMap(({ difference }) => difference.units.map(([, value]) => value)),
    y: rows.flatMap(({ difference }, index) => difference.units.map((_, unit) => y(index) - 0.2 - 0.05 * (unit % 3))),
    text: rows.flatMap(({ name, difference }) =>
      difference.units.map(([unit]) => `${unit}, ${name}`.replaceAll('<', '&lt;')),
    ),
    hovertemplate: '%{text}: %{x:.4g}<extra></extra>',
    marker: { size: 5, color: theme.faint, opacity: 0.45 },
  }
  const means = {
    name: 'mean difference and interval',
    type: 'scatter',
    mode: 'markers',
    x: rows.map(({ difference }) => difference.mean),
    y: rows.map((_, index) => y(index)),
    text: rows.map(({ name, difference }) => `${shortName(name)}: ${rangeText(difference, metric.decimals)}`),
    hovertemplate: '%{text}<extra></extra>',
    marker: {
      size: 10,
      symbol: rows.map(({ difference }) => (difference.mark && metric.shared.length === 0 ? 'circle' : 'circle-open')),
      color: rows.map(
        ({ difference }) => (metric.shared.length === 0 && difference.mark && colors[difference.mark]) || theme.ink,
      ),
    },
    error_x: {
      type: 'data',
      symmetric: false,
      array: rows.map(({ difference }) => (difference.high === null ? 0 : difference.high - difference.mean!)),
      arrayminus: rows.map(({ difference }) => (difference.low === null ? 0 : difference.mean! - difference.low)),
      color: theme.ink,
      thickness: 1.5,
      width: 4,
    },
  }
  plot.style.height = `${Math.max(200, 100 + 46 * rows.length)}px`
  const layout = layoutOf(theme, {
    hovermode: 'closest',
    showlegend: false,
    margin: { l: 10, r: 16, t: 12, b: 56 },
    xaxis: {
      title: {
        text: `difference to ${shortName(data.conditions[data.base]!)}${metric.unit === '' ? '' : `, ${metric.unit}`}`,
      },
      zeroline: true,
      zerolinecolor: theme.ink,
      zerolinewidth: 1,
    },
    yaxis: {
      tickvals: rows.map((_, index) => y(index)),
      ticktext: rows.map(({ name }) => shortName(name)),
      range: [-0.6, rows.length - 0.4],
      showgrid: false,
      zeroline: false,
      fixedrange: true,
    },
  })
  Plotly.react(plot, [inputs, means], layout, PLOT_OPTIONS)
}

// Parallel coordinates: a line for each condition over the keys that differ and one metric. Drawn as SVG: Plotly's own are
// in its largest bundle alone, which would make every page four megabytes larger, and ask for WebGL.
import { byId, maybeById } from '../../report/client/dom.ts'
import { data, type Metric, metricOf, shown, titleOf } from './data.ts'

/** Numbers or words of the conditions. */
interface Values {
  readonly key: string
  readonly label?: string
  readonly values: readonly (number | string | null)[]
  readonly metric?: Metric
}

interface Axis {
  readonly key: string
  readonly label: string
  /** From 0 to 1; null where a condition has no value. */
  readonly place: (index: number) => number | null
  readonly said: (at: number) => string
  readonly marks: readonly number[]
}

/** An axis that is drawn. */
interface Drawn extends Axis {
  readonly group: SVGElement
  readonly brush: SVGElement
}

interface Line {
  readonly path: SVGPolylineElement
  readonly places: readonly (number | null)[]
  readonly index: number
  readonly name: string
  out: boolean
}

type Attributes = Readonly<Record<string, string | number>>

const HEIGHT = 380
const TOP = 56
const FOOT = 24
const LEAST_GAP = 96
// For the names of the outer axes.
const SIDE = 84
const NEAR = 24
const SVG = 'http://www.w3.org/2000/svg'
// Values of this ratio are further apart in their logarithms than in themselves.
const LOG_RATIO = 50

export function startParallel(): (() => void) | undefined {
  const root = maybeById<SVGSVGElement>('parallel')
  if (!root) return undefined
  const select = byId<HTMLSelectElement>('parallel-metric')
  // By axis: the part of it that lines must pass, 0 at its foot, 1 at its head.
  const kept = new Map<string, readonly [number, number]>()
  let axes: Drawn[] = []
  let lines: Line[] = []

  const say = (named?: string | null) => {
    const inside = lines.filter(({ out }) => !out)
    const count = `${inside.length} of ${lines.length} conditions`
    byId('parallel-note').textContent = named ?? (kept.size > 0 ? `${count} pass.` : `${count}.`)
  }
  const filter = () => {
    for (const line of lines) {
      line.out = axes.some((axis, index) => {
        const range = kept.get(axis.key)
        const at = line.places[index]
        return range && (typeof at !== 'number' || at < range[0] - 1e-9 || at > range[1] + 1e-9)
      })
      line.path.classList.toggle('out', line.out)
    }
    for (const axis of axes) {
      const [low, high] = kept.get(axis.key) ?? [0, 1]
      setAll(axis.brush, { y: yOf(high), height: Math.max(2, yOf(low) - yOf(high)) })
      axis.brush.classList.toggle('all', !kept.has(axis.key))
      axis.group.setAttribute('aria-valuetext', `${axis.said(low)} to ${axis.said(high)}`)
    }
    say()
  }
  const draw = () => {
    const metric = metricOf(select.value)
    const undrawn = [...data.parameters, metricAxis(metric)].map(axisOf)
    const gap = Math.max(LEAST_GAP, (root.parentElement!.clientWidth - 2 * SIDE - 4) / Math.max(1, undrawn.length - 1))
    const width = 2 * SIDE + gap * (undrawn.length - 1)
    setAll(root, { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` })
    const goodness = goodnessOf(metric)
    lines = data.conditions.flatMap((name, index) => {
      const places = undrawn.map((axis) => axis.place(index))
      if (places.at(-1) === null) return []
      const points = places.flatMap((at, i) => (at === null ? [] : [`${SIDE + gap * i},${yOf(at)}`]))
      const path = make('polyline', { points: points.join(' '), class: 'line' }) as SVGPolylineElement
      path.style.stroke = `color-mix(in oklab, var(--line-2) ${Math.round(100 * goodness(index))}%, var(--line-1))`
      path.append(titled(`${name}: ${titleOf(metric)} ${shown(metric.cells[index]!.level?.mean, metric.decimals)}`))
      return [{ path, places, index, name, out: false }]
    })
    // The best last, above the others.
    const ordered = lines.toSorted((a, b) => goodness(a.index) - goodness(b.index))
    axes = undrawn.map((axis, i) => drawn(axis, SIDE + gap * i))
    root.replaceChildren(...ordered.map(({ path }) => path), ...axes.map(({ group }) => group))
    for (const axis of axes) listen(axis)
    filter()
  }

  const listen = ({ group, key }: Drawn) => {
    let start: number | undefined
    const at = (event: PointerEvent) => {
      const box = root.getBoundingClientRect()
      return clamp(1 - ((event.clientY - box.top) * (HEIGHT / box.height) - TOP) / (HEIGHT - TOP - FOOT))
    }
    group.addEventListener('pointerdown', (event) => {
      start = at(event)
      group.setPointerCapture(event.pointerId)
      event.preventDefault()
      group.focus()
    })
    group.addEventListener('pointermove', (event) => {
      if (start === undefined) return
      const now = at(event)
      if (Math.abs(now - start) > 0.01) kept.set(key, [Math.min(start, now), Math.max(start, now)])
      filter()
    })
    group.addEventListener('pointerup', (event) => {
      // A press without a way: the axis lets all pass again.
      if (start !== undefined && Math.abs(at(event) - start) <= 0.01) kept.delete(key)
      start = undefined
      filter()
    })
    group.addEventListener('keydown', (event) => {
      const [low, high] = kept.get(key) ?? [0, 1]
      const step = ({ ArrowUp: 0.05, ArrowDown: -0.05 } as Readonly<Record<string, number>>)[event.key]
      if (event.key === 'Escape') kept.delete(key)
      else if (step === undefined) return
      else kept.set(key, event.shiftKey ? [low, clamp(high + step, low)] : [clamp(low + step, 0, high), high])
      event.preventDefault()
      filter()
    })
  }

  root.addEventListener('pointermove', (event) => {
    const line = (event.target as Element).closest('.line') ?? nearest(root, lines, event)
    for (const { path } of lines) path.classList.toggle('near', path === line)
    const found = lines.find(({ path }) => path === line)
    say(found?.path.querySelector('title')?.textContent)
  })
  select.addEventListener('change', () => {
    kept.delete('metric')
    draw()
  })
  byId('parallel-all').addEventListener('click', () => {
    kept.clear()
    filter()
  })
  addEventListener('resize', draw)
  draw()
  return draw
}

function yOf(at: number): number {
  return TOP + (1 - at) * (HEIGHT - TOP - FOOT)
}

function clamp(value: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, value))
}

function make(name: string, attributes: Attributes): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement
  setAll(made, attributes)
  return made
}

function setAll(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value))
}

function titled(text: string): SVGElement {
  const title = make('title', {})
  title.textContent = text
  return title
}

function metricAxis(metric: Metric): Values {
  return { key: 'metric', label: titleOf(metric), values: metric.cells.map(({ level }) => level?.mean ?? null), metric }
}

// An axis: where each condition lies on it, and the words at its ends.
function axisOf({ key, label = key, values, metric }: Values): Axis {
  const present = values.filter((value) => value !== null)
  if (present.every((value): value is number => typeof value === 'number')) {
    const [low, high] = [Math.min(...present), Math.max(...present)]
    const log = !metric && low > 0 && high / low >= LOG_RATIO
    const scale = log ? Math.log : (value: number) => value
    const [from, to] = [scale(low), scale(high)]
    const place = (value: number) => (to === from ? 0.5 : (scale(value) - from) / (to - from))
    const said = (at: number) => {
      const value = from + at * (to - from)
      const number = log ? Math.exp(value) : value
      return metric ? shown(number, metric.decimals) : String(Number(number.toPrecision(3)))
    }
    const at = (index: number) => {
      const value = values[index]
      return typeof value === 'number' ? place(value) : null
    }
    return { key, label, place: at, said, marks: [0, 1] }
  }
  const words = [...new Set(present.map(String))]
  const at = (index: number) => (words.length === 1 ? 0.5 : index / (words.length - 1))
  return {
    key,
    label,
    place: (index) => (values[index] === null ? null : at(words.indexOf(String(values[index])))),
    said: (where) => words[Math.round(where * (words.length - 1))]!,
    marks: words.map((_, index) => at(index)),
  }
}

function drawn(axis: Axis, x: number): Drawn {
  const short = axis.label.length > 22 ? `…${axis.label.slice(-21)}` : axis.label
  const group = make('g', { class: 'axis', tabindex: 0, role: 'slider', 'aria-label': axis.label, 'aria-valuenow': 0 })
  const name = make('text', { x, y: 16, 'text-anchor': 'middle', class: 'name' })
  name.append(short)
  name.append(titled(axis.label))
  const hit = make('rect', { x: x - 16, y: TOP - 8, width: 32, height: HEIGHT - TOP - FOOT + 16, class: 'hit' })
  const brush = make('rect', { x: x - 6, width: 12, class: 'brush' })
  const rule = make('line', { x1: x, x2: x, y1: yOf(1), y2: yOf(0) })
  const marks = axis.marks.map((at) => {
    const ends = axis.marks.length === 2
    const y = ends ? (at === 0 ? yOf(0) + 18 : yOf(1) - 10) : yOf(at) + 4
    const text = make('text', { x: ends ? x : x + 9, y, 'text-anchor': ends ? 'middle' : 'start', class: 'mark-text' })
    text.append(axis.said(at))
    return text
  })
  group.append(hit, brush, rule, name, ...marks)
  return { ...axis, group, brush }
}

// 1 for the best of a metric, 0 for the worst, by rank, so that one that is far off takes no colour from the others; what has no
// better side goes by its numbers.
function goodnessOf(metric: Metric): (index: number) => number {
  const values = metric.cells.map(({ level }) => level?.mean ?? undefined)
  const { search } = data
  const lower = search?.metric === metric.key ? search.direction === 'minimize' : metric.better === 'lower'
  const ordered = values.filter((value) => value !== undefined).toSorted((a, b) => (lower ? b - a : a - b))
  return (index) => ordered.indexOf(values[index]!) / Math.max(1, ordered.length - 1)
}

// The line that passes nearest to the pointer, where one is near.
function nearest(root: SVGSVGElement, lines: readonly Line[], event: PointerEvent): SVGPolylineElement | undefined {
  const box = root.getBoundingClientRect()
  const [x, y] = [
    (event.clientX - box.left) * (root.viewBox.baseVal.width / box.width),
    (event.clientY - box.top) * (HEIGHT / box.height),
  ]
  let best: { path: SVGPolylineElement; far: number } | undefined
  for (const { path, out } of lines) {
    if (out) continue
    const points = [...path.points]
    for (let i = 0; i + 1 < points.length; i++) {
      const [a, b] = [points[i]!, points[i + 1]!]
      if (x < a.x || x > b.x) continue
      const far = Math.abs(a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x) - y)
      if (far < NEAR && far < (best?.far ?? NEAR)) best = { path, far }
    }
  }
  return best?.path
}

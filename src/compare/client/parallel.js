// Parallel coordinates: a line for each condition over the keys that differ and one metric. Drawn as SVG: Plotly's own are
// in its largest bundle alone, which would make every page four megabytes larger, and ask for WebGL.
import { data, metricOf, shown, titleOf } from './data.js'

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

export function startParallel() {
  const root = document.getElementById('parallel')
  if (!root) return undefined
  const select = document.getElementById('parallel-metric')
  // By axis: the part of it that lines must pass, 0 at its foot, 1 at its head.
  const kept = new Map()
  let axes = []
  let lines = []

  const say = (named) => {
    const inside = lines.filter(({ out }) => !out)
    const count = `${inside.length} of ${lines.length} conditions`
    document.getElementById('parallel-note').textContent = named ?? (kept.size > 0 ? `${count} pass.` : `${count}.`)
  }
  const filter = () => {
    for (const line of lines) {
      line.out = axes.some((axis, index) => {
        const range = kept.get(axis.key)
        const at = line.places[index]
        return range && (at === null || at < range[0] - 1e-9 || at > range[1] + 1e-9)
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
    axes = [...data.parameters.map(axisOf), axisOf(metricAxis(metric))]
    const gap = Math.max(LEAST_GAP, (root.parentElement.clientWidth - 2 * SIDE - 4) / Math.max(1, axes.length - 1))
    const width = 2 * SIDE + gap * (axes.length - 1)
    setAll(root, { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` })
    const goodness = goodnessOf(metric)
    lines = data.conditions.flatMap((name, index) => {
      const places = axes.map((axis) => axis.place(index))
      if (places.at(-1) === null) return []
      const points = places.flatMap((at, i) => (at === null ? [] : [`${SIDE + gap * i},${yOf(at)}`]))
      const path = make('polyline', { points: points.join(' '), class: 'line' })
      path.style.stroke = `color-mix(in oklab, var(--line-2) ${Math.round(100 * goodness(index))}%, var(--line-1))`
      path.append(titled(`${name}: ${titleOf(metric)} ${shown(metric.cells[index].level?.mean, metric.decimals)}`))
      return [{ path, places, index, name, out: false }]
    })
    // The best last, above the others.
    const ordered = lines.toSorted((a, b) => goodness(a.index) - goodness(b.index))
    for (const [i, axis] of axes.entries()) drawAxis(axis, SIDE + gap * i)
    root.replaceChildren(...ordered.map(({ path }) => path), ...axes.map(({ group }) => group))
    for (const axis of axes) listen(axis)
    filter()
  }

  const listen = (axis) => {
    const { group, key } = axis
    let start
    const at = (event) => {
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
      const step = { ArrowUp: 0.05, ArrowDown: -0.05 }[event.key]
      if (event.key === 'Escape') kept.delete(key)
      else if (step === undefined) return
      else kept.set(key, event.shiftKey ? [low, clamp(high + step, low)] : [clamp(low + step, 0, high), high])
      event.preventDefault()
      filter()
    })
  }

  root.addEventListener('pointermove', (event) => {
    const line = event.target.closest?.('.line') ?? nearest(root, lines, event)
    for (const { path } of lines) path.classList.toggle('near', path === line)
    const found = lines.find(({ path }) => path === line)
    say(found?.path.querySelector('title').textContent)
  })
  select.addEventListener('change', () => {
    kept.delete('metric')
    draw()
  })
  document.getElementById('parallel-all').addEventListener('click', () => {
    kept.clear()
    filter()
  })
  addEventListener('resize', draw)
  draw()
  return draw
}

function yOf(at) {
  return TOP + (1 - at) * (HEIGHT - TOP - FOOT)
}

function clamp(value, low = 0, high = 1) {
  return Math.min(high, Math.max(low, value))
}

function make(name, attributes) {
  const made = document.createElementNS(SVG, name)
  setAll(made, attributes)
  return made
}

function setAll(made, attributes) {
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
}

function titled(text) {
  const title = make('title', {})
  title.textContent = text
  return title
}

function metricAxis(metric) {
  return { key: 'metric', label: titleOf(metric), values: metric.cells.map(({ level }) => level?.mean ?? null), metric }
}

// An axis: where each condition lies on it, and the words at its ends.
function axisOf({ key, label = key, values, metric }) {
  const present = values.filter((value) => value !== null)
  if (present.every((value) => typeof value === 'number')) {
    const [low, high] = [Math.min(...present), Math.max(...present)]
    const log = !metric && low > 0 && high / low >= LOG_RATIO
    const scale = log ? Math.log : (value) => value
    const [from, to] = [scale(low), scale(high)]
    const place = (value) => (to === from ? 0.5 : (scale(value) - from) / (to - from))
    const said = (at) => {
      const value = from + at * (to - from)
      const number = log ? Math.exp(value) : value
      return metric ? shown(number, metric.decimals) : String(Number(number.toPrecision(3)))
    }
    return { key, label, place: (index) => (values[index] === null ? null : place(values[index])), said, marks: [0, 1] }
  }
  const words = [...new Set(present.map(String))]
  const at = (index) => (words.length === 1 ? 0.5 : index / (words.length - 1))
  return {
    key,
    label,
    place: (index) => (values[index] === null ? null : at(words.indexOf(String(values[index])))),
    said: (where) => words[Math.round(where * (words.length - 1))],
    marks: words.map((_, index) => at(index)),
  }
}

function drawAxis(axis, x) {
  const short = axis.label.length > 22 ? `…${axis.label.slice(-21)}` : axis.label
  const group = make('g', { class: 'axis', tabindex: 0, role: 'slider', 'aria-label': axis.label, 'aria-valuenow': 0 })
  const name = make('text', { x, y: 16, 'text-anchor': 'middle', class: 'name' })
  name.append(short)
  name.append(titled(axis.label))
  const hit = make('rect', { x: x - 16, y: TOP - 8, width: 32, height: HEIGHT - TOP - FOOT + 16, class: 'hit' })
  axis.brush = make('rect', { x: x - 6, width: 12, class: 'brush' })
  const rule = make('line', { x1: x, x2: x, y1: yOf(1), y2: yOf(0) })
  const marks = axis.marks.map((at) => {
    const ends = axis.marks.length === 2
    const y = ends ? (at === 0 ? yOf(0) + 18 : yOf(1) - 10) : yOf(at) + 4
    const text = make('text', { x: ends ? x : x + 9, y, 'text-anchor': ends ? 'middle' : 'start', class: 'mark-text' })
    text.append(axis.said(at))
    return text
  })
  group.append(hit, axis.brush, rule, name, ...marks)
  axis.group = group
}

// 1 for the best of a metric, 0 for the worst, by rank, so that one that is far off takes no colour from the others; what has no
// better side goes by its numbers.
function goodnessOf(metric) {
  const values = metric.cells.map(({ level }) => level?.mean)
  const isSearched = data.search?.metric === metric.key
  const lower = isSearched ? data.search.direction === 'minimize' : metric.better === 'lower'
  const ordered = values.filter((value) => value !== undefined).toSorted((a, b) => (lower ? b - a : a - b))
  return (index) => ordered.indexOf(values[index]) / Math.max(1, ordered.length - 1)
}

// The line that passes nearest to the pointer, where one is near.
function nearest(root, lines, event) {
  const box = root.getBoundingClientRect()
  const [x, y] = [
    (event.clientX - box.left) * (root.viewBox.baseVal.width / box.width),
    (event.clientY - box.top) * (HEIGHT / box.height),
  ]
  let best
  for (const { path, out } of lines) {
    if (out) continue
    const points = [...path.points]
    for (let i = 0; i + 1 < points.length; i++) {
      const [a, b] = [points[i], points[i + 1]]
      if (x < a.x || x > b.x) continue
      const far = Math.abs(a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x) - y)
      if (far < NEAR && far < (best?.far ?? NEAR)) best = { path, far }
    }
  }
  return best?.path
}

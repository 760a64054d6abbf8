// The live page of a run: the picture as it is, curves that grow, pause and stop.
import { layoutOf, PLOT_OPTIONS, themeOf } from '../../report/plot-theme.js'
import { ask, finish, listen, note, showShare, span } from './stream.js'

const element = (id) => document.getElementById(id)
const curves = new Map()
let pace = 0
let paused = false
let drawn = 0
let last

element('pause').addEventListener('click', () => ask(paused ? 'resume' : 'pause'))
element('stop').addEventListener('click', () => ask('stop'))
listen((message) => {
  if (message.type === 'begin') begin(message)
  else if (message.type === 'phase')
    state(message.detail ? `${message.words ?? message.name}: ${message.detail}` : (message.words ?? message.name))
  else if (message.type === 'step') step(message)
  else if (message.type === 'frame') frame(message.step)
  else if (message.type === 'paused') hold(message.paused)
  else if (message.type === 'note' || message.type === 'warning') note(message.message)
  else if (message.type === 'end') finish(message)
})

function state(text) {
  element('state').textContent = text
}

function begin({ before, words }) {
  element('stop').disabled = false
  element('before-words').textContent = words
  element('before').dataset.name = before
}

// It is written when the run has prepared it.
function showBefore() {
  const image = element('before')
  if (!image.hidden || !image.dataset.name) return
  image.onload = () => {
    image.hidden = false
  }
  image.src = `picture/${image.dataset.name}`
}

function hold(isPaused) {
  paused = isPaused
  element('pause').textContent = paused ? 'Go on' : 'Pause'
  if (paused) state(`Paused after step ${last?.step ?? 0}`)
  else tellStep()
}

function step(message) {
  const { step: number, totalSteps, losses, milliseconds } = message
  last = message
  element('pause').disabled = false
  pace = pace === 0 || number < 3 ? milliseconds : pace + 0.1 * (milliseconds - pace)
  showShare(number / totalSteps)
  showBefore()
  if (!paused) tellStep()
  add('total', number, losses.total)
  for (const [name, { weighted }] of Object.entries(losses.terms)) add(name, number, weighted)
  // A curve need not grow more often than one sees, and always to its end.
  const now = performance.now()
  if (now - drawn < 400 && number !== totalSteps) return
  drawn = now
  draw()
}

function tellStep() {
  if (!last) return
  const { step: number, totalSteps, losses, stage, stages } = last
  state(
    `Step ${number} of ${totalSteps}, stage ${stage + 1} of ${stages}, loss ${losses.total.toPrecision(4)}, ${(1000 / pace).toPrecision(2)} steps a second, ${span(((totalSteps - number) * pace) / 1000)} left`,
  )
}

function add(name, x, y) {
  if (!curves.has(name)) curves.set(name, { x: [], y: [] })
  const curve = curves.get(name)
  curve.x.push(x)
  curve.y.push(y > 0 ? y : null)
}

function draw() {
  if (!globalThis.Plotly) return
  const theme = themeOf(document.documentElement)
  const traces = [...curves].map(([name, { x, y }], index) => ({
    name,
    // Plotly tells new data by new arrays.
    x: [...x],
    y: [...y],
    mode: 'lines',
    line: {
      color: index === 0 ? theme.ink : theme.lines[(index - 1) % theme.lines.length],
      width: index === 0 ? 2.5 : 1.5,
    },
  }))
  const layout = layoutOf(theme, {
    xaxis: { title: { text: 'step' } },
    yaxis: { type: 'log', title: { text: 'weighted loss' } },
  })
  globalThis.Plotly.react(element('losses'), traces, layout, PLOT_OPTIONS)
}

let loading = false
let wanted
function frame(number) {
  wanted = number
  if (loading) return
  loading = true
  const image = new Image()
  image.onload = () => {
    element('now').src = image.src
    element('now').hidden = false
    element('now-words').textContent = `After ${number} steps`
    loading = false
    if (wanted !== number) frame(wanted)
  }
  image.onerror = () => {
    loading = false
  }
  image.src = `picture/${number}`
}

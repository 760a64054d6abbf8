// The live page of a run: the picture as it is, curves that grow, pause and stop.
import { byId } from '../../report/client/dom.ts'
import { layoutOf, lineColor, PLOT_OPTIONS, themeOf } from '../../report/client/plot-theme.ts'
import type { RunEvent, StepEvent, TileEvent } from '../../run/events.ts'
import { ask, type End, finish, listen, note, showShare, span } from './stream.ts'

/** What the server tells of a run. */
type Message =
  | Exclude<RunEvent, { type: 'begin' | 'frame' }>
  | { readonly type: 'begin'; readonly before: string; readonly words: string }
  | { readonly type: 'frame'; readonly step: number }
  | { readonly type: 'paused'; readonly paused: boolean }
  | ({ readonly type: 'end' } & End)

const curves = new Map<string, { x: number[]; y: (number | null)[] }>()
let pace = 0
let paused = false
let drawn = 0
let last: StepEvent | undefined

byId('pause').addEventListener('click', () => ask(paused ? 'resume' : 'pause'))
byId('stop').addEventListener('click', () => ask('stop'))
listen((told) => {
  const message = told as unknown as Message
  if (message.type === 'begin') begin(message)
  else if (message.type === 'phase')
    state(message.detail ? `${message.words ?? message.name}: ${message.detail}` : (message.words ?? message.name))
  else if (message.type === 'step') step(message)
  else if (message.type === 'tile') tile(message)
  else if (message.type === 'frame') frame(message.step)
  else if (message.type === 'paused') hold(message.paused)
  else if (message.type === 'note' || message.type === 'warning') note(message.message)
  else if (message.type === 'end') finish(message)
})

function state(text: string): void {
  byId('state').textContent = text
}

function begin({ before, words }: { before: string; words: string }): void {
  // A chain begins several times.
  asked = false
  pace = 0
  curves.clear()
  byId('before').hidden = true
  byId<HTMLButtonElement>('stop').disabled = false
  byId('before-words').textContent = words
  byId('before').dataset.name = before
}

// It is written when the run has prepared it.
let asked = false
function showBefore(): void {
  const image = byId<HTMLImageElement>('before')
  if (asked || !image.hidden || !image.dataset.name) return
  asked = true
  image.onerror = () => {
    asked = false
  }
  image.onload = () => {
    image.hidden = false
  }
  image.src = `picture/${image.dataset.name}`
}

function hold(isPaused: boolean): void {
  paused = isPaused
  byId('pause').textContent = paused ? 'Go on' : 'Pause'
  if (paused) state(`Paused after step ${last?.step ?? 0}`)
  else tellStep()
}

function step(message: StepEvent): void {
  const { step: number, totalSteps, losses, milliseconds } = message
  last = message
  byId<HTMLButtonElement>('pause').disabled = false
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

/** Of a method that goes through a picture part by part. */
function tile({ done, total, milliseconds }: TileEvent): void {
  pace = pace === 0 || done < 3 ? milliseconds : pace + 0.1 * (milliseconds - pace)
  showShare(done / total)
  showBefore()
  state(`Part ${done} of ${total}, ${span(((total - done) * pace) / 1000)} left`)
}

function tellStep(): void {
  if (!last) return
  const { step: number, totalSteps, losses, stage, stages } = last
  state(
    `Step ${number} of ${totalSteps}, stage ${stage + 1} of ${stages}, loss ${losses.total.toPrecision(4)}, ${(1000 / pace).toPrecision(2)} steps a second, ${span(((totalSteps - number) * pace) / 1000)} left`,
  )
}

function add(name: string, x: number, y: number): void {
  const curve = curves.get(name) ?? { x: [], y: [] }
  curves.set(name, curve)
  curve.x.push(x)
  curve.y.push(y > 0 ? y : null)
}

function draw(): void {
  if (!globalThis.Plotly) return
  const theme = themeOf(document.documentElement)
  const traces = [...curves].map(([name, { x, y }], index) => ({
    name,
    // Plotly tells new data by new arrays.
    x: [...x],
    y: [...y],
    mode: 'lines',
    line: {
      color: index === 0 ? theme.ink : lineColor(theme, index - 1),
      width: index === 0 ? 2.5 : 1.5,
    },
  }))
  const layout = layoutOf(theme, {
    xaxis: { title: { text: 'step' } },
    yaxis: { type: 'log', title: { text: 'weighted loss' } },
  })
  globalThis.Plotly.react(byId('losses'), traces, layout, PLOT_OPTIONS)
}

let loading = false
let wanted: number | undefined
function frame(number: number): void {
  wanted = number
  if (loading) return
  loading = true
  const image = new Image()
  image.onload = () => {
    byId<HTMLImageElement>('now').src = image.src
    byId('now').hidden = false
    byId('now-words').textContent = `After ${number} steps`
    loading = false
    if (wanted !== undefined && wanted !== number) frame(wanted)
  }
  image.onerror = () => {
    loading = false
  }
  image.src = `picture/${number}`
}

// The live page of a sweep: conditions across, inputs and seeds down, cells that fill.
import { ask, finish, listen, note, showShare, span } from './stream.js'

const element = (id) => document.getElementById(id)
const cells = new Map()
let total = 0
let ended = 0
let toDo = 0
const began = performance.now()

element('stop').addEventListener('click', () => ask('stop'))
listen((message) => {
  if (message.type === 'plan') plan(message)
  else if (message.type === 'start') show(message.name, 'running', 'starting')
  else if (message.type === 'run') running(message)
  else if (message.type === 'run-end') endOf(message)
  else if (message.type === 'note') note(message.message)
  else if (message.type === 'end') finish(message)
})

function plan({ conditions, rows, runs, toDo: count }) {
  element('stop').disabled = false
  // A search goes on round by round.
  toDo = ended + count
  total = runs.length
  const table = element('matrix')
  table.replaceChildren()
  const head = table.createTHead().insertRow()
  head.append(cellOf('th', ''), ...conditions.map((label) => cellOf('th', label)))
  const body = table.createTBody()
  for (const [index, label] of rows.entries()) {
    const row = body.insertRow()
    row.append(cellOf('th', label))
    for (let column = 0; column < conditions.length; column++) {
      const cell = row.insertCell()
      const run = runs.find((one) => one.row === index && one.column === column)
      if (!run) continue
      cells.set(run.name, cell)
      show(run.name, run.status, run.status === 'waiting' ? '' : run.status)
      if (run.status === 'complete') result(run.name)
    }
  }
  tell()
}

function cellOf(kind, text) {
  const cell = document.createElement(kind)
  cell.textContent = text
  return cell
}

function show(name, status, text) {
  const cell = cells.get(name)
  if (!cell) return
  cell.className = status
  cell.title = name
  cell.textContent = text
}

function running({ name, event }) {
  if (event.type === 'step') show(name, 'running', `${Math.round((100 * event.step) / event.totalSteps)} %`)
}

function endOf({ name, status, error }) {
  ended++
  show(name, status, status)
  if (status === 'complete') result(name)
  else if (error) {
    cells.get(name).title = error
    note(`${name}: ${error}`)
  }
  tell()
}

function result(name) {
  const image = new Image()
  image.alt = name
  image.onload = () => cells.get(name)?.replaceChildren(image)
  image.src = `picture/${encodeURIComponent(name)}/result`
}

function tell() {
  showShare((total - toDo + ended) / Math.max(1, total))
  const seconds = (performance.now() - began) / 1000
  const left = ended > 0 ? `, about ${span((seconds / ended) * (toDo - ended))} left` : ''
  element('state').textContent = `${total - toDo + ended} of ${total} runs done${ended < toDo ? left : ''}`
}

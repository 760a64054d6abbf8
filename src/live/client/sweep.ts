// The live page of a sweep: conditions across, inputs and seeds down, cells that fill.
import { byId } from '../../report/client/dom.ts'
import type { RunEvent } from '../../run/events.ts'
import { ask, type End, finish, listen, note, showShare, span } from './stream.ts'

/** The runs of a sweep as a table. */
interface Plan {
  readonly toDo: number
  readonly conditions: readonly string[]
  readonly rows: readonly string[]
  readonly runs: readonly {
    readonly name: string
    readonly status: string
    readonly column: number
    readonly row: number
  }[]
}

/** What the server tells of a sweep. */
type Message =
  | ({ readonly type: 'plan' } & Plan)
  | { readonly type: 'start'; readonly name: string }
  | { readonly type: 'run'; readonly name: string; readonly event: RunEvent }
  | { readonly type: 'run-end'; readonly name: string; readonly status: string; readonly error?: string }
  | { readonly type: 'note'; readonly message: string }
  | ({ readonly type: 'end' } & End)

const cells = new Map<string, HTMLTableCellElement>()
let total = 0
let ended = 0
let toDo = 0
const began = performance.now()

byId('stop').addEventListener('click', () => ask('stop'))
listen((told) => {
  const message = told as unknown as Message
  if (message.type === 'plan') plan(message)
  else if (message.type === 'start') show(message.name, 'running', 'starting')
  else if (message.type === 'run') running(message)
  else if (message.type === 'run-end') endOf(message)
  else if (message.type === 'note') note(message.message)
  else if (message.type === 'end') finish(message)
})

function plan({ conditions, rows, runs, toDo: count }: Plan): void {
  byId<HTMLButtonElement>('stop').disabled = false
  // A search goes on round by round.
  toDo = ended + count
  total = runs.length
  const table = byId<HTMLTableElement>('matrix')
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

function cellOf(kind: 'th' | 'td', text: string): HTMLTableCellElement {
  const cell = document.createElement(kind)
  cell.textContent = text
  return cell
}

function show(name: string, status: string, text: string): void {
  const cell = cells.get(name)
  if (!cell) return
  cell.className = status
  cell.title = name
  cell.textContent = text
}

function running({ name, event }: { name: string; event: RunEvent }): void {
  if (event.type === 'step') show(name, 'running', `${Math.round((100 * event.step) / event.totalSteps)} %`)
}

function endOf({ name, status, error }: { name: string; status: string; error?: string }): void {
  ended++
  show(name, status, status)
  if (status === 'complete') result(name)
  else if (error) {
    const cell = cells.get(name)
    if (cell) cell.title = error
    note(`${name}: ${error}`)
  }
  tell()
}

function result(name: string): void {
  const image = new Image()
  image.alt = name
  image.onload = () => cells.get(name)?.replaceChildren(image)
  image.src = `picture/${encodeURIComponent(name)}/result`
}

function tell(): void {
  showShare((total - toDo + ended) / Math.max(1, total))
  const seconds = (performance.now() - began) / 1000
  const left = ended > 0 ? `, about ${span((seconds / ended) * (toDo - ended))} left` : ''
  byId('state').textContent = `${total - toDo + ended} of ${total} runs done${ended < toDo ? left : ''}`
}

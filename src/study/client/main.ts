// A study: shows one choice after the other and keeps the answers. Runs in the participant's browser.
import { byId, pageData } from '../../report/client/dom.ts'
import type { StudyData } from '../page.ts'
import { type Choice, drawOrder } from './order.ts'

interface Answer {
  readonly input: number
  readonly seed: number
  readonly left: number
  readonly right: number
  readonly chosen: 'left' | 'right'
  readonly milliseconds: number
  readonly repeat?: true
}

interface Session {
  participant: string
  started: string | null
  readonly order: readonly Choice[]
  readonly answers: Answer[]
}

const study = pageData<StudyData>('study-data')
const addresses = study.pictures.map((source) => URL.createObjectURL(blobOf(source)))
const KEY = `rephoto-study-${study.id}`

let session: Session = restored() ?? fresh()
let shownAt = 0

function fresh(): Session {
  return { participant: '', started: null, order: drawOrder(study, randomNumber), answers: [] }
}

// A page that was closed by mistake goes on where it was; where nothing may be kept, it begins anew.
function restored(): Session | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Session | null
    return kept?.started && kept.answers.length < kept.order.length ? kept : undefined
  } catch {
    return undefined
  }
}

function keep(): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(session))
  } catch {
    // Private windows keep nothing.
  }
}

function randomNumber(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32
}

function blobOf(source: string): Blob {
  const [head, body] = source.split(',') as [string, string]
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
  return new Blob([bytes], { type: head.slice(5, head.indexOf(';')) })
}

function show(): void {
  const { order, answers, started } = session
  const done = started !== null && answers.length === order.length
  byId('begin').hidden = started !== null
  byId('ask').hidden = started === null || done
  byId('done').hidden = !done
  if (done) finish()
  if (done || started === null) return
  const { pair, turned } = order[answers.length]!
  const { input, pictures } = study.pairs[pair]!
  const [left, right] = turned ? [pictures[1], pictures[0]] : pictures
  byId<HTMLImageElement>('left-picture').src = addresses[left]!
  byId<HTMLImageElement>('right-picture').src = addresses[right]!
  const reference = study.references[input]!
  byId('reference').hidden = reference < 0
  if (reference >= 0) byId<HTMLImageElement>('reference-picture').src = addresses[reference]!
  byId<HTMLProgressElement>('bar').value = answers.length / order.length
  byId('count').textContent = `${answers.length + 1} of ${order.length}`
  shownAt = performance.now()
}

function choose(side: 'left' | 'right'): void {
  const { order, answers } = session
  if (byId('ask').hidden) return
  const { pair, turned, repeat } = order[answers.length]!
  const { conditions, input, seed } = study.pairs[pair]!
  const [left, right] = turned ? [conditions[1], conditions[0]] : conditions
  const milliseconds = Math.round(performance.now() - shownAt)
  answers.push({ input, seed, left, right, chosen: side, milliseconds, ...(repeat ? { repeat } : {}) })
  keep()
  show()
}

function back(): void {
  if (byId('ask').hidden || session.answers.length === 0) return
  session.answers.pop()
  keep()
  show()
}

function results() {
  const bytes = Uint8Array.from(atob(study.names), (letter) => letter.charCodeAt(0))
  const [conditions, inputs] = JSON.parse(new TextDecoder().decode(bytes)) as [string[], string[]]
  const { participant, started, answers } = session
  const head = { format: 'rephoto-study-results', formatVersion: 1, study: study.id, title: study.title }
  const finished = new Date().toISOString()
  return { ...head, question: study.question, participant, started, finished, conditions, inputs, answers }
}

function finish(): void {
  const text = JSON.stringify(results(), null, 1)
  byId<HTMLTextAreaElement>('text').value = text
  const name =
    session.participant.replaceAll(/[^\p{L}\p{N}]+/gu, '-') || session.started!.replaceAll(/\D/gu, '').slice(0, 14)
  byId<HTMLAnchorElement>('save').href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  byId<HTMLAnchorElement>('save').download = `study-${name}.json`
  byId('done-words').textContent = `${session.answers.length} choices are made. Save the file and pass it on.`
  byId('save').focus()
}

byId('start').addEventListener('click', () => {
  session.participant = byId<HTMLInputElement>('participant').value.trim()
  session.started = new Date().toISOString()
  keep()
  show()
})
byId('left').addEventListener('click', () => choose('left'))
byId('right').addEventListener('click', () => choose('right'))
byId('again').addEventListener('click', () => {
  session = fresh()
  keep()
  byId<HTMLInputElement>('participant').value = ''
  show()
})
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target === byId('participant')) return
  const actions: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => choose('left'),
    ArrowRight: () => choose('right'),
    Backspace: back,
  }
  const action = actions[event.key]
  if (!action || byId('ask').hidden) return
  event.preventDefault()
  action()
})
show()

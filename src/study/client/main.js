// A study: shows one choice after the other and keeps the answers. Runs in the participant's browser.
import { drawOrder } from './order.js'

const study = JSON.parse(document.getElementById('study-data').textContent)
const at = (id) => document.getElementById(id)
const addresses = study.pictures.map((source) => URL.createObjectURL(blobOf(source)))
const KEY = `rephoto-study-${study.id}`

let session = restored() ?? fresh()
let shownAt = 0

function fresh() {
  return { participant: '', started: null, order: drawOrder(study, randomNumber), answers: [] }
}

// A page that was closed by mistake goes on where it was; where nothing may be kept, it begins anew.
function restored() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY))
    return kept?.started && kept.answers.length < kept.order.length ? kept : undefined
  } catch {
    return undefined
  }
}

function keep() {
  try {
    localStorage.setItem(KEY, JSON.stringify(session))
  } catch {
    // Private windows keep nothing.
  }
}

function randomNumber() {
  return crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32
}

function blobOf(source) {
  const [head, body] = source.split(',')
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
  return new Blob([bytes], { type: head.slice(5, head.indexOf(';')) })
}

function show() {
  const { order, answers, started } = session
  const done = started !== null && answers.length === order.length
  at('begin').hidden = started !== null
  at('ask').hidden = started === null || done
  at('done').hidden = !done
  if (done) return finish()
  if (started === null) return
  const { pair, turned } = order[answers.length]
  const { input, pictures } = study.pairs[pair]
  const [left, right] = turned ? [pictures[1], pictures[0]] : pictures
  at('left-picture').src = addresses[left]
  at('right-picture').src = addresses[right]
  const reference = study.references[input]
  at('reference').hidden = reference < 0
  if (reference >= 0) at('reference-picture').src = addresses[reference]
  at('bar').value = answers.length / order.length
  at('count').textContent = `${answers.length + 1} of ${order.length}`
  shownAt = performance.now()
}

function choose(side) {
  const { order, answers } = session
  if (at('ask').hidden) return
  const { pair, turned, repeat } = order[answers.length]
  const { conditions, input, seed } = study.pairs[pair]
  const [left, right] = turned ? [conditions[1], conditions[0]] : conditions
  const milliseconds = Math.round(performance.now() - shownAt)
  answers.push({ input, seed, left, right, chosen: side, milliseconds, ...(repeat ? { repeat } : {}) })
  keep()
  show()
}

function back() {
  if (at('ask').hidden || session.answers.length === 0) return
  session.answers.pop()
  keep()
  show()
}

function results() {
  const bytes = Uint8Array.from(atob(study.names), (letter) => letter.charCodeAt(0))
  const [conditions, inputs] = JSON.parse(new TextDecoder().decode(bytes))
  const { participant, started, answers } = session
  const head = { format: 'rephoto-study-results', formatVersion: 1, study: study.id, title: study.title }
  const finished = new Date().toISOString()
  return { ...head, question: study.question, participant, started, finished, conditions, inputs, answers }
}

function finish() {
  const text = JSON.stringify(results(), null, 1)
  at('text').value = text
  const name =
    session.participant.replaceAll(/[^\p{L}\p{N}]+/gu, '-') || session.started.replaceAll(/\D/gu, '').slice(0, 14)
  at('save').href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  at('save').download = `study-${name}.json`
  at('done-words').textContent = `${session.answers.length} choices are made. Save the file and pass it on.`
  at('save').focus()
}

at('start').addEventListener('click', () => {
  session.participant = at('participant').value.trim()
  session.started = new Date().toISOString()
  keep()
  show()
})
at('left').addEventListener('click', () => choose('left'))
at('right').addEventListener('click', () => choose('right'))
at('again').addEventListener('click', () => {
  session = fresh()
  keep()
  at('participant').value = ''
  show()
})
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target === at('participant')) return
  const action = { ArrowLeft: () => choose('left'), ArrowRight: () => choose('right'), Backspace: back }[event.key]
  if (!action || at('ask').hidden) return
  event.preventDefault()
  action()
})
show()

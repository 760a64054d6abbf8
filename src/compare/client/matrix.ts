// The matrix: puts the pictures into their cells, and moves one magnifier over all of them. Its place is a pair of
// custom properties on the table, from which the style sheet computes what each lens shows; no picture is asked.
import { byId, chosenValue } from '../../report/client/dom.ts'
import { data, metricOf, shown } from './data.ts'

type Views = Readonly<Record<string, readonly (readonly (readonly number[])[])[]>>

const VIEW_TITLES: Readonly<Record<string, string>> = {
  result: 'result',
  degraded: 'degraded result',
  sibling: 'sibling',
  target: 'target',
}

export function startMatrix(): void {
  const { sources, input, truth } = data.pictures
  const views = data.pictures.views as Views
  // A picture is used by its cell and its lens, and by several cells: an address is short, its data is not.
  const addresses = sources.map((source) => (source === '' ? '' : URL.createObjectURL(blobOf(source))))
  const area = byId('matrix')
  const caption = byId<HTMLSelectElement>('caption')

  const fill = (cell: HTMLElement, index: number, alt: string, why: string) => {
    const image = cell.querySelector('img')!
    const address = addresses[index]
    cell.classList.toggle('empty', !address)
    cell.title = address ? '' : why
    if (address) image.src = address
    else image.removeAttribute('src')
    image.alt = address ? alt : `${alt}: ${why}`
    cell.querySelector<HTMLElement>('.lens')!.style.backgroundImage = address ? `url("${address}")` : 'none'
  }

  const show = () => {
    const seed = Number(chosenValue('seed') ?? 0)
    const view = chosenValue('view') ?? 'result'
    const metric = caption.value === '' ? undefined : metricOf(caption.value)
    const position = metric ? data.metrics.indexOf(metric) : -1
    for (const row of area.querySelectorAll<HTMLElement>('tr[data-input]')) {
      const at = Number(row.dataset.input)
      const name = data.inputs[at]!
      for (const cell of row.querySelectorAll<HTMLElement>('td[data-leading]')) {
        const kind = cell.dataset.leading!
        const leading: Readonly<Record<string, number | undefined>> = { input: input?.[at], truth: truth?.[at] }
        const index = leading[kind] ?? views[kind]?.[seed]?.[at]?.[data.base] ?? -1
        fill(cell, index, `${name}: ${kind}`, 'none')
      }
      for (const cell of row.querySelectorAll<HTMLElement>('td[data-condition]')) {
        const condition = Number(cell.dataset.condition)
        const values = data.values[condition]![at]![seed]!
        const why = typeof values === 'string' ? values : 'no picture'
        fill(
          cell,
          views[view]?.[seed]?.[at]?.[condition] ?? -1,
          `${name}, ${data.conditions[condition]}: ${VIEW_TITLES[view]}`,
          why,
        )
        const number = metric && typeof values !== 'string' ? shown(values[position], metric.decimals) : ''
        cell.querySelector('.value')!.textContent = cell.classList.contains('empty') ? shortWhy(why) : number
        link(cell, (JSON.parse(cell.dataset.links!) as readonly (string | null)[])[seed])
      }
    }
  }

  for (const control of document.querySelectorAll('input[name="seed"], input[name="view"], #caption')) {
    control.addEventListener('change', show)
  }
  const size = byId<HTMLInputElement>('cell-size')
  if (matchMedia('(max-width: 34rem)').matches) size.value = '104'
  const resize = () => area.style.setProperty('--cell', `${size.value}px`)
  size.addEventListener('input', resize)
  resize()
  show()
  startLens(area)
}

function blobOf(source: string): Blob {
  const [head, body] = source.split(',') as [string, string]
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
  return new Blob([bytes], { type: head.slice(5, head.indexOf(';')) })
}

function shortWhy(why: string): string {
  return why.length > 40 ? `${why.slice(0, 38)}…` : why
}

function link(cell: HTMLElement, address: string | null | undefined): void {
  const under = cell.querySelector('.under')!
  under.querySelector('a')?.remove()
  if (!address || cell.classList.contains('empty')) return
  const anchor = document.createElement('a')
  anchor.href = address
  anchor.textContent = 'run'
  anchor.setAttribute('aria-label', `Report of the run: ${cell.querySelector('img')!.alt}`)
  under.append(anchor)
}

function startLens(area: HTMLElement): void {
  const power = byId<HTMLInputElement>('lens-power')
  const place = byId('lens-place')
  let at: [number, number] = [0.5, 0.42]
  const inside = (value: number) => Math.min(Math.max(value, 0), 1)
  const move = (x: number, y: number, say: boolean) => {
    at = [inside(x), inside(y)]
    area.style.setProperty('--x', at[0].toFixed(4))
    area.style.setProperty('--y', at[1].toFixed(4))
    area.classList.add('looking')
    if (say)
      place.textContent = `Magnifier at ${Math.round(at[0] * 100)} % from the left, ${Math.round(at[1] * 100)} % from the top`
  }
  const hide = () => {
    area.classList.remove('looking')
    place.textContent = ''
  }
  const setPower = (value: number) => {
    power.value = String(value)
    area.style.setProperty('--power', power.value)
    power.setAttribute('aria-valuetext', `${power.value} times`)
  }
  const follow = (event: MouseEvent) => {
    const frame = (event.target as Element).closest('.frame')
    if (!frame) return
    const box = frame.getBoundingClientRect()
    move((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, false)
  }
  // A finger scrolls; where it taps, the magnifier stays.
  area.addEventListener('pointermove', (event) => {
    if (event.pointerType !== 'touch') follow(event)
  })
  area.addEventListener('click', follow)
  area.addEventListener('pointerleave', (event) => {
    if (event.pointerType !== 'touch') hide()
  })
  area.addEventListener('keydown', (event) => {
    if (event.target !== area || event.ctrlKey || event.metaKey || event.altKey) return
    const step = event.shiftKey ? 0.1 : 0.02
    const [x, y] = at
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => move(x - step, y, true),
      ArrowRight: () => move(x + step, y, true),
      ArrowUp: () => move(x, y - step, true),
      ArrowDown: () => move(x, y + step, true),
      '+': () => setPower(Number(power.value) + 0.5),
      '-': () => setPower(Number(power.value) - 0.5),
      Escape: hide,
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  })
  power.addEventListener('input', () => setPower(Number(power.value)))
  setPower(Number(power.value))
}

/** The table of a paper in Markdown. */
import { oneLine } from '../text/visible.ts'
import type { PaperCell, PaperTable } from './paper.ts'

/** Text of a file. */
export function markdownTable({ switches, metrics, rows, words }: PaperTable, title: string): string {
  const arrow = { higher: '↑', lower: '↓' }
  const head = [
    '',
    ...switches.map(plain),
    ...metrics.map(({ label, unit, better }) => `${plain(label)}${unit ? ` (${plain(unit)})` : ''} ${arrow[better]}`),
  ]
  const rule = head.map((_, i) => (i === 0 ? '---' : i <= switches.length ? ':-:' : '---:'))
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  return (
    row(head) +
    row(rule) +
    rows.map(({ label, on, cells }) => row([plain(label), ...on.map(tick), ...cells.map(cell)])).join('') +
    `\n${plain(title)}: ${words}; best bold, second underlined.\n`
  )
}

function tick(on: boolean | undefined): string {
  return on === undefined ? '–' : on ? '✓' : '✗'
}

function cell(content: PaperCell | undefined): string {
  if (!content) return '–'
  const { mean, interval, place } = content
  const marked = place === 'best' ? `**${mean}**` : place === 'second' ? `<u>${mean}</u>` : mean
  return interval ? `${marked} [${interval.join(', ')}]` : marked
}

/** Nothing in it is taken for a mark of Markdown or HTML. */
function plain(text: string): string {
  return oneLine(text).replaceAll(/[\\`*_{}[\]<>#|~]/gu, (one) => `\\${one}`)
}

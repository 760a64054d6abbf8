/** The table of a paper in LaTeX, with the rules of booktabs. */
import type { PaperCell, PaperTable } from './paper.ts'

const HEAD = `% \\usepackage{booktabs, amssymb, graphicx}\n`

/** Columns of metrics that fit on a page as they are; with more the table is scaled to its width. */
const MOST_AT_FULL_SIZE = 3
/** Letters of a line of a column's head. */
const LINE = 16

/** Text of a file to \\input. */
export function latexTable({ switches, metrics, rows, words }: PaperTable, title: string): string {
  const arrow = { higher: '$\\uparrow$', lower: '$\\downarrow$' }
  const head = [
    '',
    ...switches.map(latexText),
    ...metrics.map(({ label, unit, better }) => `${stacked(unit ? `${label} (${unit})` : label)} ${arrow[better]}`),
  ]
  const lines = rows.map(({ label, on, cells }) => [latexText(label), ...on.map(tick), ...cells.map(cell)])
  const columns = `l${'c'.repeat(switches.length)}${'r'.repeat(metrics.length)}`
  const row = (texts: readonly string[]) => `    ${texts.join(' & ')} \\\\\n`
  const isScaled = metrics.length > MOST_AT_FULL_SIZE
  return (
    `${HEAD}\\begin{table}\n  \\centering\n  \\small\n` +
    `  \\caption{${latexText(title)}: ${latexText(words)}; best bold, second underlined.}\n` +
    `${isScaled ? '  \\resizebox{\\linewidth}{!}{%\n' : ''}` +
    `  \\begin{tabular}{${columns}}\n    \\toprule\n${row(head)}    \\midrule\n${lines.map(row).join('')}    \\bottomrule\n` +
    `  \\end{tabular}${isScaled ? '}' : ''}\n\\end{table}\n`
  )
}

/** A head in lines of a few words. */
function stacked(text: string): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.length > 1 ? `\\shortstack[r]{${lines.map(latexText).join('\\\\')}}` : latexText(text)
}

function tick(on: boolean | undefined): string {
  return on === undefined ? '--' : on ? '$\\checkmark$' : '$\\times$'
}

function cell(content: PaperCell | undefined): string {
  if (!content) return '--'
  const { mean, interval, place } = content
  const number = latexText(mean)
  const marked = place === 'best' ? `\\textbf{${number}}` : place === 'second' ? `\\underline{${number}}` : number
  return interval ? `${marked} {\\scriptsize [${interval.map(latexText).join(', ')}]}` : marked
}

const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
  '−': '$-$',
  '–': '--',
  '×': '$\\times$',
  '→': '$\\rightarrow$',
  Δ: '$\\Delta$',
  σ: '$\\sigma$',
  '≥': '$\\ge$',
  '≤': '$\\le$',
  '’': "'",
  '°': '$^{\\circ}$',
}

/** Text of any origin as LaTeX that prints it and does nothing else; line breaks become spaces. */
export function latexText(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/[\\{}$&#%_^~<>|"−–×→Δσ≥≤’°]/gu, (one) => SPECIAL[one]!)
}

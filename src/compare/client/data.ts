// The page's data, and the words for its numbers.

import { pageData } from '../../report/client/dom.ts'
import { lineColor, type Theme } from '../../report/client/plot-theme.ts'
import type { clientData } from '../client-data.ts'

/** What the page carries. */
export type Data = ReturnType<typeof clientData>
export type Metric = Data['metrics'][number]
export type Cell = Metric['cells'][number]
export type Difference = NonNullable<Cell['difference']>

export const data = pageData<Data>('comparison-data')

/** @param key of a metric that the page has */
export function metricOf(key: string): Metric {
  return data.metrics.find((metric) => metric.key === key)!
}

// The same as format.ts on the other side of the page.
export function shown(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined) return '–'
  const text =
    decimals > 5 && value !== 0 ? value.toExponential(2).replace('e', ' e') : value.toFixed(Math.min(decimals, 5))
  return text.replaceAll('-', '−').replace(/^−(0(?:\.0*)?)$/u, '$1')
}

export function shownSigned(value: number | null, decimals: number): string {
  const text = shown(value, decimals)
  return value !== null && value > 0 && /[1-9]/u.test(text) ? `+${text}` : text
}

export function titleOf({ label, unit }: Pick<Metric, 'label' | 'unit'>): string {
  return unit === '' ? label : `${label} (${unit})`
}

export function colorOf(theme: Theme, index: number): string {
  return lineColor(theme, index)
}

// More conditions than colours: the second round is dashed.
export function dashOf(theme: Theme, index: number): string {
  return ['solid', 'dash', 'dot', 'dashdot'][Math.floor(index / theme.lines.length) % 4]!
}

export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[Name] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** Numbers for readers: as many decimals as the uncertainty bears, with a real minus sign. The CSVs have all digits. */
import type { Interval } from './bootstrap.ts'
import type { MetricSummary } from './summary.ts'

/** Text of a number with fixed decimals; with 3 digits and a power of ten when there are more decimals than are readable. */
export function fixed(value: number | undefined | null, decimals: number): string {
  if (value === undefined || value === null || !Number.isFinite(value)) return '–'
  const text =
    decimals > 5 && value !== 0 ? value.toExponential(2).replace('e', ' e') : value.toFixed(Math.min(decimals, 5))
  return text.replaceAll('-', '−').replace(/^−(0(?:\.0*)?)$/u, '$1')
}

/** The same, with its sign. */
export function signed(value: number, decimals: number): string {
  const text = fixed(value, decimals)
  return value > 0 && /[1-9]/u.test(text) ? `+${text}` : text
}

/** Decimals that show two digits of the typical half width of a metric's intervals. */
export function decimalsOf({ cells }: MetricSummary): number {
  const levels = cells.flatMap(({ level }) => level ?? [])
  const differences = cells.flatMap(({ difference }) => difference ?? [])
  const intervals = [...differences, ...levels]
  const [own, others] = [differences, levels].map(halfWidths)
  const widths = own!.length > 0 ? own! : others!
  const scale =
    widths[Math.floor(widths.length / 2)] ?? Math.max(...intervals.map((one) => Math.abs(one.mean)), 0) / 100
  return scale > 0 ? Math.min(Math.max(1 - Math.floor(Math.log10(scale)), 0), 12) : 2
}

function halfWidths(intervals: readonly Interval[]): number[] {
  return intervals
    .map(({ low, high }) => (high - low) / 2)
    .filter((width) => width > 0)
    .sort((a, b) => a - b)
}

/** A share as a percentage. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

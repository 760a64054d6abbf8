// Amounts as people read them.

/** 1234567 → "1.2 MB". */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`
}

/** Share of a whole, rounded down. */
export function percent(done: number, total: number): string {
  return `${Math.floor((100 * done) / Math.max(1, total))} %`
}

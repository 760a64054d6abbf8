/** Numbers in text: the shortest decimal that gives the same float32 back, so that equal runs write equal bytes. */

/** Text of a float32 number. */
export function float32Text(value: number): string {
  const single = Math.fround(value)
  if (!Number.isFinite(single)) return Number.isNaN(single) ? 'nan' : single > 0 ? 'inf' : '-inf'
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits))
    if (Math.fround(short) === single) return String(short)
  }
  return String(Number(single.toPrecision(9)))
}

/** The number of such a text. */
export function numberFromText(text: string): number {
  if (text === 'nan') return Number.NaN
  if (text === 'inf') return Number.POSITIVE_INFINITY
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text)
}

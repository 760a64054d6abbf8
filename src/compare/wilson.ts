/** Interval of a proportion: how often of n (E. B. Wilson 1927), which behaves at 0 and n and for small n. */
const Z = 1.959963984540054

/** The 95 % interval of `count` of `total`, both ends in 0 … 1. */
export function wilson(count: number, total: number): readonly [low: number, high: number] {
  if (total === 0) return [0, 1]
  const share = count / total
  const z2 = Z * Z
  const center = (share + z2 / (2 * total)) / (1 + z2 / total)
  const half = (Z * Math.sqrt((share * (1 - share)) / total + z2 / (4 * total * total))) / (1 + z2 / total)
  return [Math.max(0, center - half), Math.min(1, center + half)]
}

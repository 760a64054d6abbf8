/**
 * The distribution that intervals of small samples need beside the normal: Student's t by its finite series for whole degrees of
 * freedom (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4).
 */

/** P(|T| ≤ t) for Student's t with whole degrees of freedom ≥ 1, t ≥ 0. */
export function studentWithin(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom))
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)]
  const odd = freedom % 2 === 1
  let term = odd ? cosine : 1
  let sum = freedom === 1 ? 0 : term
  for (let k = odd ? 3 : 2; k <= freedom - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum
}

/** The t that a Student variable exceeds, in absolute value, with probability `alpha` (0 < alpha < 1). */
export function studentCritical(alpha: number, freedom: number): number {
  let [low, high] = [0, 1]
  while (studentWithin(high, freedom) < 1 - alpha && high < 1e12) high *= 2
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (studentWithin(middle, freedom) < 1 - alpha) low = middle
    else high = middle
  }
  return (low + high) / 2
}

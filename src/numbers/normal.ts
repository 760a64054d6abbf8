/** The normal distribution: its integral, and draws from a part of it. */

/** Integral of the standard normal density up to x; right to 1e-15, and to a relative 1e-8 in the tails. */
export function normalCdf(x: number): number {
  const z = Math.abs(x)
  const tail = z > 37 ? 0 : tailOf(z)
  return x > 0 ? 1 - tail : tail
}

/** The upper tail for z >= 0, by G. West's form of Hart's algorithm 5666 (1968), and beyond 7 by a continued fraction. */
function tailOf(z: number): number {
  const e = Math.exp((-z * z) / 2)
  if (z < 7.07106781186547) {
    const above = [
      3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383, 112.079291497871, 221.213596169931,
      220.206867912376,
    ].reduce((sum, c) => sum * z + c)
    const below = [
      8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674, 637.333633378831,
      793.826512519948, 440.413735824752,
    ].reduce((sum, c) => sum * z + c)
    return (e * above) / below
  }
  return e / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631
}

/** log of the probability between two numbers in standard units, also far out in a tail. */
export function logBetween(low: number, high: number): number {
  // In the left tail both numbers are small and their difference is exact; of the right one the mirror image is taken.
  const [from, to] = low > 0 ? [-high, -low] : [low, high]
  return Math.log(Math.max(normalCdf(to) - normalCdf(from), Number.MIN_VALUE))
}

/** A draw from the standard normal between two numbers, growing with `uniform` from one to the other: the integral turned around by halving. */
export function drawBetween(low: number, high: number, uniform: number): number {
  const mirrored = low > 0
  let [from, to] = mirrored ? [-high, -low] : [low, high]
  const wanted = normalCdf(from) + (mirrored ? 1 - uniform : uniform) * (normalCdf(to) - normalCdf(from))
  from = Math.max(from, -38)
  to = Math.min(to, 38)
  for (let i = 0; i < 60; i++) {
    const middle = (from + to) / 2
    if (normalCdf(middle) < wanted) from = middle
    else to = middle
  }
  const drawn = (from + to) / 2
  return mirrored ? -drawn : drawn
}

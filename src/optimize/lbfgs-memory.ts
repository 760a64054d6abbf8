/**
 * What L-BFGS remembers of the slopes, and the direction that follows (Nocedal and Wright 2006, algorithm 7.4, the
 * two-loop recursion). Vectors are float32, as pictures are; sums are float64.
 */

/** A pair of a move s and the change y of the gradient along it, with ρ = 1/(y·s). */
interface Pair {
  readonly s: Float32Array
  readonly y: Float32Array
  readonly rho: number
}

export class LbfgsMemory {
  readonly #pairs: Pair[] = []
  readonly #history: number
  #scale = 1

  /** @param history how many pairs are kept */
  constructor(history: number) {
    this.#history = history
  }

  /** Takes a pair in; one along which the slope does not grow (y·s ≤ 1e-10) would spoil the estimate and is left out. */
  remember(s: Float32Array, y: Float32Array): void {
    const ys = dot(y, s)
    if (!(ys > 1e-10)) return
    if (this.#pairs.length === this.#history) this.#pairs.shift()
    this.#pairs.push({ s, y, rho: 1 / ys })
    this.#scale = ys / dot(y, y)
  }

  /** −H·g with the estimate of the inverse Hessian. */
  direction(gradient: Float32Array): Float32Array {
    const d = gradient.map((g) => -g)
    const alphas: number[] = []
    for (let i = this.#pairs.length - 1; i >= 0; i--) {
      const { s, y, rho } = this.#pairs[i]!
      const alpha = rho * dot(s, d)
      alphas[i] = alpha
      addScaled(d, y, -alpha)
    }
    for (let k = 0; k < d.length; k++) d[k]! *= this.#scale
    this.#pairs.forEach(({ s, y, rho }, i) => {
      addScaled(d, s, alphas[i]! - rho * dot(y, d))
    })
    return d
  }

  clear(): void {
    this.#pairs.length = 0
    this.#scale = 1
  }

  /** The pairs, oldest first, to be saved. */
  get pairs(): readonly { readonly s: Float32Array; readonly y: Float32Array }[] {
    return this.#pairs
  }
}

/** Σ a·b in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Adds `factor`·b to a. */
export function addScaled(a: Float32Array, b: Float32Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i]! += factor * b[i]!
}

/**
 * Blur kernels as BasicSR and Real-ESRGAN draw them (Wang et al. 2021, "Real-ESRGAN", 3.2): Gaussians of any direction, their
 * generalised and plateau-shaped forms, and the sinc that ringing comes from. All have an odd side and add up to 1.
 */

/** A square kernel, row by row. */
export interface BlurKernel {
  readonly side: number
  readonly weights: Float64Array
}

/** How a kernel falls from its middle: exp(−r²/2), exp(−(r²)^β/2), 1/(1 + (r²)^β). */
export type KernelForm = 'gaussian' | 'generalized' | 'plateau'

export interface GaussianLike {
  readonly form: KernelForm
  readonly side: number
  /** Along its own axes, in pixels. */
  readonly sigma: readonly [number, number]
  /** Radians. */
  readonly angle: number
  /** Of the two other forms; 1: as the Gaussian. */
  readonly beta: number
}

export function gaussianLike({ form, side, sigma: [sx, sy], angle, beta }: GaussianLike): BlurKernel {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  // The inverse of U·diag(sx², sy²)·Uᵀ.
  const [a, b] = [1 / sx ** 2, 1 / sy ** 2]
  const [xx, xy, yy] = [c * c * a + s * s * b, c * s * (a - b), s * s * a + c * c * b]
  return kernelOf(side, (x, y) => {
    const r = xx * x * x + 2 * xy * x * y + yy * y * y
    if (form === 'plateau') return 1 / (1 + r ** beta)
    return Math.exp(-0.5 * (form === 'generalized' ? r ** beta : r))
  })
}

/** The circular low pass: everything above a frequency is cut off. @param cutoff radians per pixel, up to π */
export function sincKernel(side: number, cutoff: number): BlurKernel {
  return kernelOf(side, (x, y) => {
    const r = Math.hypot(x, y)
    return r === 0 ? cutoff ** 2 / (4 * Math.PI) : (cutoff * besselJ1(cutoff * r)) / (2 * Math.PI * r)
  })
}

function kernelOf(side: number, weight: (x: number, y: number) => number): BlurKernel {
  const middle = (side - 1) / 2
  const weights = Float64Array.from({ length: side * side }, (_, i) =>
    weight((i % side) - middle, Math.floor(i / side) - middle),
  )
  const sum = weights.reduce((total, w) => total + w, 0)
  return { side, weights: weights.map((w) => w / sum) }
}

/** The Bessel function J₁ by its integral, J₁(x) = 1/π ∫₀^π cos(t − x·sin t) dt, whose trapezoidal sum converges geometrically. */
export function besselJ1(x: number): number {
  const steps = 64 + 2 * Math.ceil(Math.abs(x))
  let sum = 0
  for (let i = 0; i < steps; i++) {
    const t = (2 * Math.PI * i) / steps
    sum += Math.cos(t - x * Math.sin(t))
  }
  return sum / steps
}

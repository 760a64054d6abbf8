/**
 * Colours of one picture given to another, so that a style brings its brushwork and not its palette (Gatys et al. 2016,
 * "Preserving Color in Neural Artistic Style Transfer"; Sun, Feng and Saenko 2016, CORAL). A linear map of RGB takes mean and
 * covariance of one to those of the other; the kinds differ in which of the many such maps they take.
 *
 * Pixels are planar float RGB in 0..1, [3, n].
 */
import { symmetricEigen } from '../numbers/symmetric-eigen.ts'
import { cholesky, invertTriangle } from '../numbers/whitening.ts'

/** Which linear map: triangular roots, symmetric roots, or CORAL as AdaIN's public code has it. */
export const colorMaps = ['cholesky', 'symmetric', 'coral'] as const
export type ColorMap = (typeof colorMaps)[number]

/** Variance that is added on the diagonal, so that gray pictures have an inverse (gray has no direction to turn by). */
const FLOOR = 1e-8

interface Statistics {
  readonly mean: Float64Array
  /** Row-major 3 × 3. */
  readonly covariance: Float64Array
}

/** `source` with the colours of `target`; values may leave 0..1. */
export function withColorsOf(source: Float32Array, target: Float32Array, kind: ColorMap): Float32Array {
  if (kind === 'coral') return coral(source, target)
  const [from, to] = [statisticsOf(source, FLOOR), statisticsOf(target, FLOOR)]
  const root = kind === 'cholesky' ? (m: Float64Array) => cholesky(m, 3) : symmetricRoot
  const inverse = kind === 'cholesky' ? (m: Float64Array) => invertTriangle(cholesky(m, 3), 3) : inverseRoot
  return mapped(source, from.mean, product(root(to.covariance), inverse(from.covariance)), to.mean)
}

/** Mean and covariance (over n) of the pixels. */
function statisticsOf(pixels: Float32Array, floor: number): Statistics {
  const n = pixels.length / 3
  const mean = new Float64Array(3)
  for (let c = 0; c < 3; c++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += pixels[c * n + i]!
    mean[c] = sum / n
  }
  const covariance = new Float64Array(9)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b <= a; b++) {
      let sum = 0
      for (let i = 0; i < n; i++) sum += (pixels[a * n + i]! - mean[a]!) * (pixels[b * n + i]! - mean[b]!)
      covariance[a * 3 + b] = covariance[b * 3 + a] = sum / n + (a === b ? floor : 0)
    }
  return { mean, covariance }
}

/**
 * As in AdaIN's code: channels are standardised by the sample's deviation, then their scatter X·Xᵀ + I (not divided
 * by the number of pixels) is mapped by symmetric roots.
 */
function coral(source: Float32Array, target: Float32Array): Float32Array {
  const [from, to] = [standardized(source), standardized(target)]
  const map = product(symmetricRoot(from === to ? from.scatter : to.scatter), inverseRoot(from.scatter))
  const colored = mapped(from.pixels, new Float64Array(3), map, new Float64Array(3))
  // The scatter of more pixels is larger; the code leaves that in, and so do we: it is what the deviations undo.
  const n = source.length / 3
  return colored.map((v, i) => {
    const c = Math.floor(i / n)
    return v * to.deviation[c]! + to.mean[c]!
  })
}

function standardized(pixels: Float32Array) {
  const n = pixels.length / 3
  const { mean, covariance } = statisticsOf(pixels, 0)
  const deviation = Float64Array.from({ length: 3 }, (_, c) => Math.sqrt((covariance[c * 4]! * n) / Math.max(1, n - 1)))
  const scaled = pixels.map((v, i) => {
    const c = Math.floor(i / n)
    return deviation[c]! > 0 ? (v - mean[c]!) / deviation[c]! : 0
  })
  const scatter = new Float64Array(9)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      let sum = a === b ? 1 : 0
      for (let i = 0; i < n; i++) sum += scaled[a * n + i]! * scaled[b * n + i]!
      scatter[a * 3 + b] = sum
    }
  return { pixels: scaled, mean, deviation, scatter }
}

/** map·(x − from) + to for every pixel. */
function mapped(pixels: Float32Array, from: Float64Array, map: Float64Array, to: Float64Array): Float32Array {
  const n = pixels.length / 3
  const out = new Float32Array(pixels.length)
  for (let a = 0; a < 3; a++)
    for (let i = 0; i < n; i++) {
      let v = to[a]!
      for (let b = 0; b < 3; b++) v += map[a * 3 + b]! * (pixels[b * n + i]! - from[b]!)
      out[a * n + i] = v
    }
  return out
}

function symmetricRoot(matrix: Float64Array): Float64Array {
  return spectral(matrix, Math.sqrt)
}

function inverseRoot(matrix: Float64Array): Float64Array {
  return spectral(matrix, (value) => 1 / Math.sqrt(value))
}

/** V·f(λ)·Vᵀ. */
function spectral(matrix: Float64Array, f: (value: number) => number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, 3)
  const out = new Float64Array(9)
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++)
      for (let k = 0; k < 3; k++)
        out[a * 3 + b]! += vectors[a * 3 + k]! * f(Math.max(values[k]!, 1e-12)) * vectors[b * 3 + k]!
  return out
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [Math.floor(i / 3), i % 3]
    return a[row * 3]! * b[column]! + a[row * 3 + 1]! * b[3 + column]! + a[row * 3 + 2]! * b[6 + column]!
  })
}

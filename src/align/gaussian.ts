// Gaussian blur as scipy.ndimage.gaussian_filter does it (truncate 4, mode "reflect"), which the FFHQ recipe uses to
// soften the padded border. float32 planes between the passes, float64 sums, as there. A large photograph asks for a
// sigma of 80 and takes minutes that way, so there is a second function that blurs a reduced copy.

/** Height × width × channels of interleaved rows. */
export interface RowShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Normalised weights at 0..radius of a sampled Gaussian; radius = ⌊4σ + 0.5⌋. */
export function gaussianWeights(sigma: number): Float64Array {
  const radius = Math.floor(4 * sigma + 0.5)
  const weights = Float64Array.from({ length: radius + 1 }, (_, i) => Math.exp((-0.5 / (sigma * sigma)) * i * i))
  const total = weights.reduce((sum, w, i) => sum + (i === 0 ? w : 2 * w), 0)
  return weights.map((w) => w / total)
}

/** Index into 0..n−1 of a position outside, mirrored about the edge: d c b a | a b c d | d c b a. */
function mirrored(i: number, n: number): number {
  const period = 2 * n
  const at = ((i % period) + period) % period
  return at < n ? at : period - 1 - at
}

/**
 * A blurred copy of interleaved float32 rows, height × width × channels.
 * @param sigma standard deviation in pixels; 0 or less returns a plain copy.
 */
export function gaussianFilter(rows: Float32Array, shape: RowShape, sigma: number): Float32Array {
  if (!(sigma > 1e-15)) return rows.slice()
  const { height, width, channels } = shape
  const weights = gaussianWeights(sigma)
  const radius = weights.length - 1
  const stride = width * channels

  // down the columns, a whole row of sums at a time: memory is read in order
  const vertical = new Float32Array(rows.length)
  const sums = new Float64Array(stride)
  for (let y = 0; y < height; y++) {
    sums.fill(0)
    for (let k = -radius; k <= radius; k++) {
      const weight = weights[Math.abs(k)]!
      const source = mirrored(y + k, height) * stride
      for (let j = 0; j < stride; j++) sums[j] = sums[j]! + rows[source + j]! * weight
    }
    vertical.set(sums, y * stride)
  }

  // along the rows: each row is copied with its mirrored margins, so that the inner loop needs no bounds
  const out = new Float32Array(rows.length)
  const margin = radius * channels
  const padded = new Float64Array(stride + 2 * margin)
  for (let y = 0; y < height; y++) {
    const start = y * stride
    for (let x = -radius; x < width + radius; x++) {
      const source = start + mirrored(x, width) * channels
      for (let c = 0; c < channels; c++) padded[margin + x * channels + c] = vertical[source + c]!
    }
    sums.fill(0)
    for (let k = -radius; k <= radius; k++) {
      const weight = weights[Math.abs(k)]!
      const source = margin + k * channels
      for (let j = 0; j < stride; j++) sums[j] = sums[j]! + padded[source + j]! * weight
    }
    out.set(sums, start)
  }
  return out
}

/** Sigma, in pixels of the reduced copy, that a wide blur keeps: enough for the reduction to be invisible. */
const REDUCED_SIGMA = 8

/**
 * The same blur for a large sigma, on a copy reduced by averaging and read back bilinearly: hundreds of times faster at
 * sigma 80, within one gray level. Below twice REDUCED_SIGMA it is `gaussianFilter` itself.
 */
export function wideGaussianFilter(rows: Float32Array, shape: RowShape, sigma: number): Float32Array {
  const factor = Math.floor(sigma / REDUCED_SIGMA)
  if (!(factor > 1)) return gaussianFilter(rows, shape, sigma)
  const reduced = reduce(rows, shape, factor)
  // averaging and bilinear reading blur too: their variances, (f² − 1)/12 and f²/6, are part of the wanted one
  const rest = sigma * sigma - (factor * factor - 1) / 12 - (factor * factor) / 6
  const blurred = gaussianFilter(reduced.rows, reduced.shape, Math.sqrt(rest) / factor)
  return enlarge(blurred, reduced.shape, shape, factor)
}

/** Means of factor × factor blocks; the last ones cover the mirrored continuation, as the blur would see it. */
function reduce(rows: Float32Array, shape: RowShape, factor: number): { rows: Float32Array; shape: RowShape } {
  const { height, width, channels } = shape
  const small = { height: Math.ceil(height / factor), width: Math.ceil(width / factor), channels }
  const out = new Float32Array(small.height * small.width * channels)
  const sums = new Float64Array(small.width * channels)
  for (let y = 0; y < small.height; y++) {
    sums.fill(0)
    for (let dy = 0; dy < factor; dy++) {
      const row = mirrored(y * factor + dy, height) * width
      for (let x = 0; x < small.width * factor; x++) {
        const source = (row + (x < width ? x : mirrored(x, width))) * channels
        const target = Math.floor(x / factor) * channels
        for (let c = 0; c < channels; c++) sums[target + c] = sums[target + c]! + rows[source + c]!
      }
    }
    const start = y * sums.length
    for (let j = 0; j < sums.length; j++) out[start + j] = sums[j]! / (factor * factor)
  }
  return { rows: out, shape: small }
}

/** Bilinear reading of block means, whose centres lie at (i + 0.5)·factor. */
function enlarge(rows: Float32Array, from: RowShape, to: RowShape, factor: number): Float32Array {
  const { channels } = to
  const out = new Float32Array(to.height * to.width * channels)
  const stride = from.width * channels
  const line = new Float64Array(stride)
  for (let y = 0, target = 0; y < to.height; y++) {
    const [top, bottom, fy] = between(y, factor, from.height)
    for (let j = 0; j < stride; j++) {
      const upper = rows[top * stride + j]!
      line[j] = upper + (rows[bottom * stride + j]! - upper) * fy
    }
    for (let x = 0; x < to.width; x++) {
      const [left, right, fx] = between(x, factor, from.width)
      for (let c = 0; c < channels; c++) {
        const a = line[left * channels + c]!
        out[target++] = a + (line[right * channels + c]! - a) * fx
      }
    }
  }
  return out
}

/** The two block means around a position and how far it lies between them. */
function between(position: number, factor: number, n: number): [number, number, number] {
  const at = Math.min(Math.max((position + 0.5) / factor - 0.5, 0), n - 1)
  const low = Math.floor(at)
  return [low, Math.min(low + 1, n - 1), at - low]
}

/** A network that was recognised inside a file, ready to be written in our layout. */
import type { TensorSource } from '../../checkpoint/value.ts'
import type { Role } from '../roles.ts'

export interface Found {
  /** "color_encoder" where the file does not say for which emulsion: its name or the user must. */
  readonly role: Role | 'color_encoder'
  /** What it is, with its size, for people. */
  readonly title: string
  /** Generators: side of the image; rows and width of the latent for generators and encoders. */
  readonly size?: number
  readonly nLatent?: number
  readonly styleDim?: number
  /** Where in the file it was. */
  readonly at: string
  /** Our names, in the order they are checked; numbers are read when they are written. */
  readonly tensors: ReadonlyMap<string, TensorSource>
  /** It came along with another network (a decoder, a mean): a file of its own wins over it. */
  readonly byproduct?: boolean
  /** Things a user should know. */
  readonly notes: readonly string[]
}

/** A tensor made from one in the file without touching its numbers. */
export function reshaped(tensor: TensorSource, shape: readonly number[]): TensorSource {
  return { dtype: tensor.dtype, shape, read: () => tensor.read() }
}

/** The mean of w as a network of its own: rows of an average latent are averaged (in official files they are equal). */
export function latentMean(average: TensorSource, at: string, byproduct = false): Found {
  const styleDim = average.shape.at(-1) ?? 0
  const read = () => {
    const data = average.read()
    const rows = data.length / styleDim
    return Float32Array.from({ length: styleDim }, (_, i) => {
      let sum = 0
      for (let row = 0; row < rows; row++) sum += data[row * styleDim + i] ?? 0
      return sum / rows
    })
  }
  return {
    role: 'w_stats',
    title: `mean of w, ${styleDim} numbers`,
    styleDim,
    at,
    tensors: new Map([['mean', { dtype: 'F32' as const, shape: [styleDim], read }]]),
    byproduct,
    notes: [],
  }
}

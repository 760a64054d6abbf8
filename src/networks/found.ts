/** A network that was recognised inside a file, ready to be written in our layout. */
import { gather, type TensorSource } from '../checkpoint/value.ts'

/** The roles of one kind among which the numbers cannot tell: a word that a file's name or a user says does. */
export interface RoleChoice {
  /** What is not known: "a colour encoder, and neither … says for which emulsion". */
  readonly question: string
  /** Role by word: `--as gb`. */
  readonly words: Readonly<Record<string, string>>
  /** The word that the name of a file says. */
  fromName(fileName: string): string | undefined
  /** The word that the name of its folder says, where people have files that are all called alike. */
  fromFolder?(folderName: string): string | undefined
}

export interface Found {
  /** The part it plays, or those among which its numbers cannot tell: its name or the user must. */
  readonly role: string | RoleChoice
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

/** A tensor with its axes in another order: kernels of TensorFlow lie [h, w, in, out]. */
export function permuted(tensor: TensorSource, axes: readonly number[]): TensorSource {
  const shape = axes.map((axis) => tensor.shape[axis]!)
  const steps = tensor.shape.map((_, axis) => tensor.shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  return {
    dtype: tensor.dtype,
    shape,
    read() {
      const values = tensor.read()
      return gather(
        shape,
        axes.map((axis) => steps[axis]!),
        values.length,
        (i) => values[i]!,
      )
    },
  }
}

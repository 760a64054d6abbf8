/** A network that paints, found in a file: its tensors in our names. */
import type { TensorSource } from '../checkpoint/value.ts'

export interface Recognised {
  readonly title: string
  readonly tensors: ReadonlyMap<string, TensorSource>
  readonly notes: readonly string[]
}

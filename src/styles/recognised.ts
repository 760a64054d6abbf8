/** A network of styles, found in a file: its tensors in our names. */
import type { TensorSource } from '../checkpoint/value.ts'
import type { Tensors } from '../networks/template.ts'

export interface Recognised {
  readonly title: string
  readonly tensors: ReadonlyMap<string, TensorSource>
  readonly notes: readonly string[]
}

/** Takes a tensor of the file under our name, where it is there. */
export type Take = (ours: string, theirs: string, change?: (tensor: TensorSource) => TensorSource) => void

/** Tensors of a file under our names. */
export function named(tensors: Tensors, each: (take: Take) => void): Map<string, TensorSource> {
  const out = new Map<string, TensorSource>()
  each((ours, theirs, change = (tensor) => tensor) => {
    const tensor = tensors.get(theirs)
    if (tensor) out.set(ours, change(tensor))
  })
  return out
}

/** How an optimization can fail. */
import { RephotoError } from '../error.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Snapshot } from './descent.ts'
import type { ArrayTensors } from './problem.ts'

/** A loss or variable that is not a number: names what, where, and what was kept. */
export class DivergedError extends RephotoError {
  override readonly name: string = 'DivergedError'
  readonly what: string
  readonly step: number
  readonly snapshot: Snapshot

  constructor(what: string, step: number, snapshot: Snapshot) {
    super(
      `${what} is not a number at step ${step}; the state after ${snapshot.step} steps was kept; try lower learning rates`,
    )
    this.what = what
    this.step = step
    this.snapshot = snapshot
  }
}

/** A saved state that is not of this problem. */
export class StateError extends RephotoError {
  override readonly name: string = 'StateError'
}

/** What a state has under a name. @throws StateError where it is missing, of another shape, or has numbers that are none */
export function savedData(saved: ArrayTensors, name: string, shape: readonly number[]): Float32Array {
  const found = saved[name]
  const expected = `${name}: expected numbers [${shape.join(', ')}]`
  if (!found) throw new StateError(`${expected}, found none`)
  if (found.data.length !== sizeOf(shape)) throw new StateError(`${expected}, found [${found.shape.join(', ')}]`)
  if (!found.data.every(Number.isFinite)) throw new StateError(`${expected}, found some that are not finite`)
  return found.data
}

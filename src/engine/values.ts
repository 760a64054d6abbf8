// Numbers that go into and come out of an executed graph.

import { RephotoError } from '../error.ts'
import { sizeOf } from '../graph/shape.ts'
import type { Tensor } from '../graph/tensor.ts'

/** Row-major: floats for float32 tensors, integers for int32 ones. */
export type Numbers = Float32Array | Float64Array | Int32Array | readonly number[]

/** What is fed, by input name. */
export type Feeds = Readonly<Record<string, Numbers>>

/** A program that cannot be executed; the message says what is missing or does not fit. */
export class EngineError extends RephotoError {
  override readonly name: string = 'EngineError'
}

/** A device that cannot be used, or computes wrongly. */
export class DeviceError extends EngineError {
  override readonly name: string = 'DeviceError'
  /** What happened, without advice. */
  readonly reason: string

  constructor(device: string, reason: string, advice: string) {
    super(`the device ${device} cannot be used: ${reason}; ${advice}`)
    this.reason = reason
  }
}

/** The numbers for an input, or an error that says what it should have been given. */
export function feedOf(feeds: Feeds, t: Tensor): Numbers {
  const value = feeds[t.name!]
  if (value === undefined)
    throw new EngineError(`input "${t.name}" was not given (given: ${Object.keys(feeds).join(', ') || 'nothing'})`)
  if (value.length !== sizeOf(t.shape))
    throw new EngineError(
      `input "${t.name}" takes ${sizeOf(t.shape)} numbers [${t.shape.join(', ')}], got ${value.length}`,
    )
  return value
}

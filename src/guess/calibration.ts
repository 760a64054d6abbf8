/** The numbers of the guess, as training/calibrate-guess.ts wrote them into models/guess, with
 * what they were fitted on. */
import { readFileSync } from 'node:fs'
import type { ConformalTable } from './conformal.ts'
import type { QuadraticModel } from './quadratic.ts'
import type { SoftmaxModel } from './softmax.ts'

export interface BlurCalibration {
  /** 'photographs', or a pack. */
  readonly name: string
  /** SHA-256 of the pack's generator; null for photographs. */
  readonly generator: string | null
  readonly provenance: string
  /** Smallest and largest side of the pictures, in pixels. */
  readonly sides: readonly [number, number]
  /** Largest deviation of a blur, in pixels. */
  readonly largest: number
  readonly model: QuadraticModel
  readonly residuals: ConformalTable
}

export interface Calibration {
  readonly blur: readonly BlurCalibration[]
  readonly emulsion: { readonly provenance: string; readonly model: SoftmaxModel }
}

/** Where the numbers are. */
export const calibrationFile = new URL('../../models/guess/calibration.json', import.meta.url)

let read: Calibration | undefined

export function calibration(): Calibration {
  read ??= JSON.parse(readFileSync(calibrationFile, 'utf8')) as Calibration
  return read
}

// What one run of the benchmark leaves: the JSON file's shape, and the ratios that are read off it.

import type { Machine, Versions } from '../src/run/environment.ts'
import type { Measurement } from './measure.ts'
import type { TorchMeasurement } from './pytorch.ts'

export interface BenchRecord {
  format: 'rephoto-bench'
  formatVersion: 2
  date: string
  machine: Machine
  /** Load average of the last minute before the first measurement: well under 1 on an idle machine. */
  load: number
  versions: Versions
  measurements: Measurement[]
  torch: TorchMeasurement[]
  /** Largest relative difference of PyTorch's losses from the golden ones. */
  torchCheck: number | null
  /** What was asked for and could not be measured, and why. */
  absent: { what: string; why: string }[]
}

/** PyTorch's fastest step in seconds: the comparison gives it the benefit of its best. */
export function torchSeconds(m: TorchMeasurement): number {
  return Math.min(...m.seconds)
}

/** How many of our steps (median) fit into PyTorch's fastest one on the same kind of device. */
export function timesFaster(ours: Measurement, torch: TorchMeasurement): number {
  return torchSeconds(torch) / (ours.stepMilliseconds / 1000)
}

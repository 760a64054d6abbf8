// How long a plan takes and how much memory, before anything is computed.

import { type Speed, secondsAt } from '../engine/speed.ts'
import type { PhaseCost } from './method.ts'

/** Bytes of a process beside its programs: Node, ONNX Runtime, the faces' networks (measured: 0.46 to 0.54 GB). */
const AROUND_BYTES = 0.5e9
/** Seconds of a run around its programs: starting, reading, compiling, writing, measuring. */
export const AROUND_SECONDS = 7

/** Most bytes at once. Programs run one after the other. */
export function bytesOf(cost: readonly PhaseCost[]): number {
  return AROUND_BYTES + Math.max(0, ...cost.map(({ held }) => held))
}

/** Seconds of the programs alone. */
export function computingSeconds(cost: readonly PhaseCost[], speed: Speed): number {
  return cost.reduce((sum, phase) => sum + phase.runs * secondsAt(phase, speed), 0)
}

/** Seconds of a whole run. */
export function secondsOf(cost: readonly PhaseCost[], speed: Speed): number {
  return AROUND_SECONDS + computingSeconds(cost, speed)
}

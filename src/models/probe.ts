/**
 * Runs a network once on a fixed input: the proof that its file is not only intact but works here. What comes out is
 * summed up in three numbers, which are the same every time on the same machine.
 */
import { runOnce } from '../engine/executable.ts'
import { Weights } from '../graph/weights.ts'
import { kindOf, type Role } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import type { LoadedPack } from './load.ts'

export interface ProbeResult {
  readonly shape: readonly number[]
  readonly mean: number
  readonly std: number
}

export async function probeNetwork(pack: LoadedPack, role: Role): Promise<ProbeResult> {
  const y = kindOf(role).probe(new Weights(pack.store(role), role), pack.layout(role))
  const out = (await runOnce({ y })).y
  if (out === undefined) throw new ModelError(`${role}: the engine gave nothing back`)
  return summarise(out, y.shape, role)
}

function summarise(data: Float32Array, shape: readonly number[], role: Role): ProbeResult {
  let sum = 0
  let squares = 0
  for (const value of data) {
    sum += value
    squares += value * value
  }
  const mean = sum / data.length
  const std = Math.sqrt(Math.max(0, squares / data.length - mean * mean))
  if (!Number.isFinite(mean) || !Number.isFinite(std)) throw new ModelError(`${role} gives numbers that are not finite`)
  if (std === 0) throw new ModelError(`${role} gives the same number everywhere`)
  return { shape, mean, std }
}

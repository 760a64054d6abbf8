/** Latents as a generator's mapping network makes them, of random numbers. */
import { type CompileOptions, runOnce } from '../engine/executable.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import type { Random } from '../numbers/random.ts'
import { mapping } from './stylegan2.ts'

/** @returns w, row by row: [count, styleDim] */
export async function drawLatents(
  generator: Weights,
  count: number,
  random: Random,
  options: CompileOptions = {},
): Promise<Float32Array> {
  const width = generator.shape('style.1.weight')[1]!
  const { w } = await runOnce(
    { w: mapping(generator, input('z', [count, width])) },
    { z: random.normal(count * width) },
    options,
  )
  return w!
}

/** A row of w for every layer: w+ [layers, styleDim]. */
export function repeated(row: Float32Array, layers: number): Float32Array {
  const out = new Float32Array(row.length * layers)
  for (let layer = 0; layer < layers; layer++) out.set(row, layer * row.length)
  return out
}

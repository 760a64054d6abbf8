/** Pictures that the pack's generator makes of codes. */
import { Synthesizer } from '../../generator/synthesis.ts'
import { type Bitmap, fromPlanar } from '../../images/bitmap.ts'
import { weightsOf } from '../../models/weights.ts'
import type { Setting } from './setting.ts'

/** The generator's picture of codes, [3, size, size] in ±1. */
export async function siblingOf(
  { pack, compute }: Setting,
  latent: Float32Array,
  noise: readonly Float32Array[],
): Promise<Float32Array> {
  const synthesizer = await Synthesizer.compile(weightsOf(pack, 'stylegan2'), compute.options)
  try {
    return (await synthesizer.run(latent, noise)).image
  } finally {
    await synthesizer.dispose()
  }
}

/** 8-bit picture of a planar square in ±1. */
export function bitmapOf(planar: Float32Array, size: number, rounding: 'round' | 'truncate'): Bitmap {
  return fromPlanar(planar, { channels: 3, height: size, width: size }, 'pm1', rounding)
}

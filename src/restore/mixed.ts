/**
 * Decoders of four planes draw what a photograph lacks, not the photograph: three colours that are added, and how much stays of what a
 * small blur takes away, which is grain as well as what is sharp. So a photograph keeps its tones and its detail, however small the latents are,
 * and grain can go that no latent could hold.
 */
import type { PlanarPicture } from '../forward/tiles.ts'
import { mirrored } from '../forward/tiles.ts'
import type { DamageMask } from './latent-mask.ts'

/** The blur, along each side. */
const KERNEL = [1, 4, 6, 4, 1].map((v) => v / 16)

/**
 * @param picture [3, H, W] in ±1; @param mask where nothing is left of it, which is gray
 * @param drawn [4, H, W] in ±1
 * @returns [3, H, W] in ±1
 */
export function mixed({ width, height, data }: PlanarPicture, mask: DamageMask | undefined, drawn: Float32Array) {
  const area = width * height
  const isGone = (i: number): boolean => mask !== undefined && mask.data[i]! > 0
  const out = new Float32Array(3 * area)
  const left = new Float32Array(area)
  for (let c = 0; c < 3; c++) {
    for (let i = 0; i < area; i++) left[i] = isGone(i) ? 0 : data[c * area + i]!
    const soft = blurred(left, width, height)
    for (let i = 0; i < area; i++) {
      const stays = (drawn[3 * area + i]! + 1) / 2
      const base = isGone(i) ? 0 : soft[i]! + stays * (left[i]! - soft[i]!)
      out[c * area + i] = Math.min(1, Math.max(-1, base + drawn[c * area + i]!))
    }
  }
  return out
}

/** Mirrored about the end pixels. */
function blurred(plane: Float32Array, width: number, height: number): Float32Array {
  const across = along(plane, { count: height, length: width, next: width, step: 1 })
  return along(across, { count: width, length: height, next: 1, step: width })
}

/** @param lines how many, of which length, how far a line is from the next, and a pixel of it from its next */
function along(
  plane: Float32Array,
  lines: { readonly count: number; readonly length: number; readonly next: number; readonly step: number },
): Float32Array {
  const { count, length, next, step } = lines
  const out = new Float32Array(plane.length)
  const reach = KERNEL.length >> 1
  for (let line = 0; line < count; line++)
    for (let i = 0; i < length; i++) {
      let sum = 0
      for (let k = -reach; k <= reach; k++)
        sum += KERNEL[k + reach]! * plane[line * next + mirrored(i + k, length) * step]!
      out[line * next + i * step] = sum
    }
  return out
}

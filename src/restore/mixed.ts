/**
 * Decoders of four planes draw what a photograph lacks, not the photograph: three colours that are added, and how much stays of what a
 * small blur takes away, which is grain as well as what is sharp. So a photograph keeps its tones and its detail, however small the latents are,
 * and grain can go that no latent could hold. Holes hold what is around them, so that nothing need be drawn exactly along their rims.
 */
import { mirrored, type PlanarPicture } from '../forward/tiles.ts'
import type { DamageMask } from './latent-mask.ts'

/** The blur, along each side. */
const KERNEL = [1, 4, 6, 4, 1].map((v) => v / 16)
const REACH = KERNEL.length >> 1
/** Times that holes are filled from their rims, REACH pixels each time; what is deeper is gray. */
const FILLED = 16

/**
 * @param picture [3, H, W] in ±1; @param mask where nothing is left of it
 * @param drawn [4, H, W] in ±1
 * @returns [3, H, W] in ±1
 */
export function mixed(picture: PlanarPicture, mask: DamageMask | undefined, drawn: Float32Array): Float32Array {
  const { width, height } = picture
  const area = width * height
  const { planes, there } = filled(picture, mask)
  const around = there && blurred(there, width, height)
  const out = new Float32Array(3 * area)
  for (const [c, plane] of planes.entries()) {
    const soft = blurred(plane, width, height)
    for (let i = 0; i < area; i++) {
      const base = around ? soft[i]! / Math.max(around[i]!, LEAST) : soft[i]!
      const stays = (drawn[3 * area + i]! + 1) / 2
      out[c * area + i] = Math.min(1, Math.max(-1, base + stays * (plane[i]! - base) + drawn[c * area + i]!))
    }
  }
  return out
}

/** A pixel whose surroundings count for less has none. */
const LEAST = 1e-3

/** The three planes with their holes filled from the rims inwards by means of what is near, and where there is something now. */
function filled(
  { width, height, data }: PlanarPicture,
  mask: DamageMask | undefined,
): { planes: Float32Array[]; there: Float32Array | undefined } {
  const area = width * height
  const planes = [0, 1, 2].map((c) => data.slice(c * area, (c + 1) * area))
  if (!mask) return { planes, there: undefined }
  const there = Float32Array.from({ length: area }, (_, i) => (mask.data[i]! > 0 ? 0 : 1))
  for (const plane of planes) for (let i = 0; i < area; i++) plane[i]! *= there[i]!
  let holes: number[] = []
  for (let i = 0; i < area; i++) if (there[i] === 0) holes.push(i)
  for (let round = 0; round < FILLED && holes.length > 0; round++) {
    const near = blurred(there, width, height)
    const reached = holes.filter((i) => near[i]! > LEAST)
    holes = holes.filter((i) => near[i]! <= LEAST)
    for (const plane of planes) {
      const soft = blurred(plane, width, height)
      for (const i of reached) plane[i] = soft[i]! / near[i]!
    }
    for (const i of reached) there[i] = 1
  }
  return { planes, there }
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
  for (let i = 0; i < length; i++) {
    const sources = KERNEL.map((_, k) => mirrored(i + k - REACH, length) * step)
    for (let line = 0; line < count; line++) {
      let sum = 0
      for (let k = 0; k < KERNEL.length; k++) sum += KERNEL[k]! * plane[line * next + sources[k]!]!
      out[line * next + i * step] = sum
    }
  }
  return out
}

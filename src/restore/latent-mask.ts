// A mask of damage as the latents see it, four times smaller: which positions are touched, and which may be looked at.

import { ShapeError } from '../graph/shape.ts'

/** 1 where the photograph is damaged, 0 elsewhere, row by row. */
export interface DamageMask {
  width: number
  height: number
  data: ArrayLike<number>
}

export interface LatentMask {
  width: number
  height: number
  /** 1 where the bilinear shrink of the mask is above 0. */
  touched: Float32Array
  /** 1 where attention may look: not touched, and the pixel that nearest-neighbour shrinking takes is whole. */
  keys: Float32Array
}

/** Bilinear shrinking to a quarter reads the pixels 4i + 1 and 4i + 2, nearest-neighbour 4i. */
export function latentMask({ width, height, data }: DamageMask): LatentMask {
  if (width % 4 !== 0 || height % 4 !== 0)
    throw new ShapeError(`a mask for the latents has sides that are multiples of 4; this one is ${width}×${height}`)
  const [w, h] = [width / 4, height / 4]
  const touched = new Float32Array(w * h)
  const keys = new Float32Array(w * h)
  const damaged = (x: number, y: number): boolean => data[y * width + x]! > 0
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const near = [1, 2].some((dy) => [1, 2].some((dx) => damaged(4 * x + dx, 4 * y + dy)))
      touched[y * w + x] = near ? 1 : 0
      keys[y * w + x] = near || damaged(4 * x, 4 * y) ? 0 : 1
    }
  return { width: w, height: h, touched, keys }
}

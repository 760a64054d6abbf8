// A photograph as the networks take it, and what they give back as a picture.

import { colorPlanes, isGraySamples, sampleRows } from '../../forward/pictures.ts'
import { mirrored, type PlanarPicture } from '../../forward/tiles.ts'
import type { Bitmap, Side } from '../../images/bitmap.ts'
import { resize } from '../../images/resample.ts'
import { resizeSamples } from '../../images/resize-samples.ts'
import { isDeepPicture, type Samples } from '../../images/samples.ts'
import { evenRound } from '../../restore/find-scratches.ts'
import type { DamageMask } from '../../restore/latent-mask.ts'
import { type MappingKind, MULTIPLE } from '../../restore/pass.ts'
import type { RestoreConfig } from './schema.ts'

/** Sides of what goes through the networks. */
export function networkSides({ width, height }: Side, kind: MappingKind, fit: RestoreConfig['fit']): Side {
  const multiple = MULTIPLE[kind]
  const sided = (length: number): number =>
    multiple * Math.max(1, fit === 'border' ? Math.ceil(length / multiple) : evenRound(length / multiple))
  return { width: sided(width), height: sided(height) }
}

/** The photograph resized as the official code does it, with its mask; as it is where a border makes it fit. */
export function fitted(photograph: Samples, mask: Bitmap | undefined, kind: MappingKind, fit: RestoreConfig['fit']) {
  if (fit === 'border') return { photograph, mask }
  const { width, height } = networkSides(photograph, kind, fit)
  return {
    photograph: resizeSamples(photograph, width, height, kind === 'quality' ? 'bilinear' : 'bicubic'),
    mask:
      mask && binary(mask.width === width && mask.height === height ? mask : resize(mask, width, height, 'bilinear')),
  }
}

/** Any gray of a resized mask is damage. */
function binary(mask: Bitmap): Bitmap {
  return { ...mask, data: mask.data.map((v) => (v > 0 ? 255 : 0)) }
}

/** In ±1, damage painted white, the sides filled up with what is mirrored. */
export function networkInput(photograph: Samples, mask: Bitmap | undefined, side: Side): PlanarPicture {
  const { width, height, data } = colorPlanes(photograph)
  const out = new Float32Array(3 * side.width * side.height)
  const columns = Int32Array.from({ length: side.width }, (_, x) => mirrored(x, width))
  let target = 0
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side.height; y++) {
      const row = mirrored(y, height) * width
      for (let x = 0; x < side.width; x++) {
        const at = row + columns[x]!
        out[target++] = mask && mask.data[at]! > 0 ? 1 : 2 * data[c * width * height + at]! - 1
      }
    }
  return { channels: 3, ...side, data: out }
}

/** The mask filled up in the same way. */
export function networkMask(mask: Bitmap, side: Side): DamageMask {
  const data = new Uint8Array(side.width * side.height)
  for (let y = 0; y < side.height; y++) {
    const row = mirrored(y, mask.height) * mask.width
    for (let x = 0; x < side.width; x++)
      data[y * side.width + x] = mask.data[row + mirrored(x, mask.width)]! > 0 ? 1 : 0
  }
  return { ...side, data }
}

/**
 * What the networks gave, as a picture of the photograph's sides and depth.
 * @param planes [3, side.height, side.width] in ±1
 */
export function restoredPicture(
  planes: Float32Array,
  side: Side,
  photograph: Samples,
  { stretch, keepGray }: { readonly stretch: boolean; readonly keepGray: boolean },
): Samples {
  const { width, height, alpha } = photograph
  const cut = new Float32Array(3 * width * height)
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++) {
      const from = (c * side.height + y) * side.width
      cut.set(planes.subarray(from, from + width), (c * height + y) * width)
    }
  const [low, high] = stretch ? extremes(cut) : [-1, 1]
  const range = Math.max(high - low, 2e-5)
  for (let i = 0; i < cut.length; i++) cut[i] = (cut[i]! - low) / range
  const gray = keepGray && isGraySamples(photograph)
  const rows = sampleRows({
    ...{ width, height, gray },
    channels: gray ? photograph.channels : 3,
    bits: isDeepPicture(photograph) ? 16 : 8,
  })
  rows.add({ top: 0, count: height, data: cut })
  return alpha ? { ...rows.picture, alpha } : rows.picture
}

function extremes(data: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const v of data) {
    if (v < low) low = v
    if (v > high) high = v
  }
  return [low, high]
}

// Nearest-neighbour resizing, in the two conventions that the reference mixes: OpenCV takes the pixel under the output
// pixel's corner, PIL the one under its centre. They agree for whole enlargements and differ when shrinking.
import { type Bitmap, createBitmap } from './bitmap.ts'

/** 'opencv' reads input ⌊i·scale⌋ (cv2.INTER_NEAREST), 'pil' reads ⌊(i + 0.5)·scale⌋ (Image.NEAREST). */
export type NearestConvention = 'opencv' | 'pil'

/** Input position for each of `outSize` output positions. */
export function nearestPositions(inSize: number, outSize: number, convention: NearestConvention): Int32Array {
  const scale = inSize / outSize
  const positions = new Int32Array(outSize)
  if (convention === 'opencv') {
    // OpenCV inverts the rounded ratio instead of dividing the sizes
    const inverse = 1 / (outSize / inSize)
    for (let i = 0; i < outSize; i++) positions[i] = Math.min(Math.floor(i * inverse), inSize - 1)
  } else {
    // PIL adds the step up, with the rounding errors of that (libImaging/Geometry.c, ImagingScaleAffine)
    for (let i = 0, at = scale * 0.5; i < outSize; i++, at += scale) positions[i] = Math.min(Math.floor(at), inSize - 1)
  }
  return positions
}

/** One plane of bytes (a mask, a label map) resized from inWidth × inHeight to width × height. */
export function resizeNearestPlane(
  plane: Uint8Array,
  from: { width: number; height: number },
  to: { width: number; height: number },
  convention: NearestConvention,
): Uint8Array {
  const bitmap = createBitmap(from.width, from.height, 1, plane)
  return resizeNearest(bitmap, to.width, to.height, convention).data
}

/** A bitmap resized by picking pixels; equal to cv2.resize(…, INTER_NEAREST) or Image.resize(…, NEAREST). */
export function resizeNearest(bitmap: Bitmap, width: number, height: number, convention: NearestConvention): Bitmap {
  const out = createBitmap(width, height, bitmap.channels)
  const columns = nearestPositions(bitmap.width, width, convention)
  const rows = nearestPositions(bitmap.height, height, convention)
  const { channels } = bitmap
  let target = 0
  for (let y = 0; y < height; y++) {
    const row = rows[y]! * bitmap.width
    for (let x = 0; x < width; x++) {
      const source = (row + columns[x]!) * channels
      for (let c = 0; c < channels; c++) out.data[target++] = bitmap.data[source + c]!
    }
  }
  return out
}

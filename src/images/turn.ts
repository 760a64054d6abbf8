// Quarter turns of a picture, without resampling: scans lie on their side or upside down.
import { type Bitmap, createBitmap } from './bitmap.ts'

/** Degrees clockwise. */
export type Turn = 0 | 90 | 180 | 270

/** All of them, the upright one first. */
export const TURNS: readonly Turn[] = [0, 90, 180, 270]

/** The picture turned clockwise; the same object for 0. */
export function turnBitmap(bitmap: Bitmap, turn: Turn): Bitmap {
  if (turn === 0) return bitmap
  const { width, height, channels, data } = bitmap
  const out = turn === 180 ? createBitmap(width, height, channels) : createBitmap(height, width, channels)
  for (let y = 0, target = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      const [fromX, fromY] = turnBack([x, y], turn, bitmap)
      const source = (fromY * width + fromX) * channels
      for (let c = 0; c < channels; c++) out.data[target++] = data[source + c]!
    }
  }
  return out
}

/**
 * Where a point of the turned picture lies in the picture itself; whole numbers are pixel centres.
 * @param size of the picture before it was turned.
 */
export function turnBack(
  [x, y]: readonly [x: number, y: number],
  turn: Turn,
  { width, height }: { readonly width: number; readonly height: number },
): [x: number, y: number] {
  if (turn === 90) return [y, height - 1 - x]
  if (turn === 180) return [width - 1 - x, height - 1 - y]
  return turn === 270 ? [width - 1 - y, x] : [x, y]
}

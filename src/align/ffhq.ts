// The FFHQ crop: from a picture and 68 landmarks to the upright square that StyleGAN's faces fill. The order of steps,
// every rounding and every filter is the public tool's (Karras et al. 2019), because generator, encoders and eye windows
// all expect faces exactly there. Eyes end up near 0.48 of the height.
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { PictureError } from '../images/error.ts'
import { resize } from '../images/resample.ts'
import { cropSquare, mapQuad, outerBox, type Point, type Quad } from './geometry.ts'
import { type Padding, padSoftly, roundEven } from './pad.ts'
import { transformQuad } from './transform.ts'

export interface FfhqOptions {
  /**
   * Side of the result in pixels; 'own' keeps the crop's own size (the reference without its `--resize` flag): the
   * longer side of the quad's bounding box, rounded.
   */
  readonly outputSize: number | 'own'
  /** Side of the square that is sampled before the final downsizing; default 4 × outputSize (4096 for 1024). */
  readonly transformSize?: number
  /** Invent a surround for faces near the edge (default true). */
  readonly padding?: boolean
}

export interface FfhqCrop {
  readonly bitmap: Bitmap
  /** The crop's corners in the given picture's pixels: top left, bottom left, bottom right, top right. */
  readonly quad: Quad
  /** The crop square's side in the given picture's pixels. */
  readonly size: number
}

/** The part [left, right) × [top, bottom) of a bitmap; the box must lie inside it. */
export function crop(bitmap: Bitmap, box: { left: number; top: number; right: number; bottom: number }): Bitmap {
  const { channels } = bitmap
  const out = createBitmap(box.right - box.left, box.bottom - box.top, channels)
  const length = out.width * channels
  for (let y = 0; y < out.height; y++) {
    const start = ((box.top + y) * bitmap.width + box.left) * channels
    out.data.set(bitmap.data.subarray(start, start + length), y * length)
  }
  return out
}

/**
 * Crops, pads, turns and scales a face to the FFHQ layout.
 *
 * @param landmarks 68 points, [x, y] in pixels of `bitmap`, in the iBUG 300-W order.
 * @throws AlignError for impossible landmarks; PictureError for bad sizes or a square wholly outside the picture.
 */
export function ffhqCrop(bitmap: Bitmap, landmarks: readonly Point[], options: FfhqOptions): FfhqCrop {
  const square = cropSquare(landmarks)
  // the public tool measures shrinking against the size that is asked for, 1024 when it keeps the crop's own
  const wanted = options.outputSize === 'own' ? 1024 : options.outputSize
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new PictureError(`expected a positive whole output size, found ${wanted}`)
  }
  let picture = bitmap
  let { quad, size } = square

  const shrink = Math.floor((size / wanted) * 0.5)
  if (shrink > 1) {
    picture = resize(picture, roundEven(picture.width / shrink), roundEven(picture.height / shrink), 'lanczos')
    quad = mapQuad(quad, ([x, y]) => [x / shrink, y / shrink])
    size /= shrink
  }

  const border = Math.max(roundEven(size * 0.1), 3)
  const wide = outerBox(quad)
  const box = {
    left: Math.max(wide.left - border, 0),
    top: Math.max(wide.top - border, 0),
    right: Math.min(wide.right + border, picture.width),
    bottom: Math.min(wide.bottom + border, picture.height),
  }
  if (box.right <= box.left || box.bottom <= box.top) {
    throw new PictureError('the crop square lies outside the picture; check that the landmarks belong to it')
  }
  if (box.right - box.left < picture.width || box.bottom - box.top < picture.height) {
    picture = crop(picture, box)
    quad = mapQuad(quad, ([x, y]) => [x - box.left, y - box.top])
  }

  if (options.padding ?? true) {
    const padding = paddingFor(picture, quad, border, size)
    if (padding) {
      picture = padSoftly(picture, padding, size * 0.02)
      quad = mapQuad(quad, ([x, y]) => [x + padding.left, y + padding.top])
    }
  }

  const outputSize = options.outputSize === 'own' ? ownSize(quad) : wanted
  const transformSize = options.outputSize === 'own' ? outputSize : (options.transformSize ?? 4 * wanted)
  // + 0.5: landmarks count pixel centres as whole numbers, PIL's transform counts corners
  const shifted = mapQuad(quad, ([x, y]) => [x + 0.5, y + 0.5])
  const turned = transformQuad(picture, shifted, transformSize, transformSize)
  const result = outputSize < transformSize ? resize(turned, outputSize, outputSize, 'lanczos') : turned
  return { bitmap: result, quad: square.quad, size: square.size }
}

/** How much to add on each side, or undefined when the square (with its border) is inside the picture well enough. */
function paddingFor(picture: Bitmap, quad: Quad, border: number, size: number): Padding | undefined {
  const box = outerBox(quad)
  const need = {
    left: Math.max(-box.left + border, 0),
    top: Math.max(-box.top + border, 0),
    right: Math.max(box.right - picture.width + border, 0),
    bottom: Math.max(box.bottom - picture.height + border, 0),
  }
  if (Math.max(need.left, need.top, need.right, need.bottom) <= border - 4) return undefined
  const least = roundEven(size * 0.3)
  return {
    left: Math.max(need.left, least),
    top: Math.max(need.top, least),
    right: Math.max(need.right, least),
    bottom: Math.max(need.bottom, least),
  }
}

function ownSize(quad: Quad): number {
  const span = (k: 0 | 1): number => Math.max(...quad.map((p) => p[k])) - Math.min(...quad.map((p) => p[k]))
  return Math.max(1, Math.floor(Math.max(span(0), span(1)) + 0.5))
}

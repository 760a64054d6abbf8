// From an FFHQ-aligned square to the face as ArcFace's networks want it.
import type { Quad } from '../align/geometry.ts'
import { transformQuad } from '../align/transform.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { ARCFACE_SIDE } from './mobile-face-net.ts'

/** Eyes, nose and corners of the mouth as shares of the side: the mean of FFHQ's alignment. */
const ALIGNED = [
  [0.3795, 0.4725],
  [0.6205, 0.4725],
  [0.5, 0.6105],
  [0.4, 0.727],
  [0.6, 0.727],
] as const

/** Where ArcFace has them (Deng et al. 2019), in pixels of 112. */
const TEMPLATE = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const

/** Side that a picture is brought to first, so that small and large ones are sampled alike. */
const SIDE = 256

/** The face of an aligned square, 112×112 in colour. */
export function arcfaceCrop(picture: Bitmap): Bitmap {
  const square = toColor(picture)
  const brought = square.width === SIDE ? square : resize(square, SIDE, SIDE, 'lanczos')
  return transformQuad(brought, faceQuad(), ARCFACE_SIDE, ARCFACE_SIDE)
}

/** Corners (top left, bottom left, bottom right, top right) of the template in the square: the best similarity between the two. */
function faceQuad(): Quad {
  const source = ALIGNED.map(([x, y]) => [x * SIDE - 0.5, y * SIDE - 0.5] as const)
  const mean = (points: readonly (readonly [number, number])[]) =>
    [0, 1].map((k) => points.reduce((sum, point) => sum + point[k]!, 0) / points.length) as [number, number]
  const [from, to] = [mean(source), mean(TEMPLATE)]
  let [inner, turned, size] = [0, 0, 0]
  source.forEach(([x, y], i) => {
    const [ax, ay] = [x - from[0], y - from[1]]
    const [bx, by] = [TEMPLATE[i]![0] - to[0], TEMPLATE[i]![1] - to[1]]
    inner += ax * bx + ay * by
    turned += ax * by - ay * bx
    size += ax * ax + ay * ay
  })
  const [k, r] = [inner / size, turned / size]
  const det = k * k + r * r
  const back = (x: number, y: number) => {
    const [dx, dy] = [x - 0.5 - to[0], y - 0.5 - to[1]]
    return [(k * dx + r * dy) / det + from[0] + 0.5, (k * dy - r * dx) / det + from[1] + 0.5] as const
  }
  return [back(0, 0), back(0, ARCFACE_SIDE), back(ARCFACE_SIDE, ARCFACE_SIDE), back(ARCFACE_SIDE, 0)]
}

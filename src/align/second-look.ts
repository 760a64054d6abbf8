// A second opinion on a face that was found: its crop, upright, shown again to the detector with a gray mat around it, and
// to another network (face-api's Tiny Face Detector). A texture that once looked like a face hardly does so again where
// its landmarks say that the face is; a head on its side, cut out by landmarks that imagined it upright, neither.
import type { Bitmap } from '../images/bitmap.ts'
import { locate, wholeOf } from './boxes.ts'
import { loadFaceApi } from './face-api.ts'
import { cropSquare, type Point } from './geometry.ts'
import { shrinkFor, viewOf } from './view.ts'

/** Side of the upright crop that is looked at, and of the small detector's input, in pixels. */
const VIEW = 256
const TINY_INPUT = 224
/** The small detector's word alone is enough from here on; the large one is asked only below. */
const ENOUGH = 0.5

/** The upright crop of landmarks, about as the run will cut it. @param bitmap colour. */
function cropView(bitmap: Bitmap, landmarks: readonly Point[]): Bitmap {
  const { quad, size } = cropSquare(landmarks)
  const { picture } = shrinkFor(bitmap, size, 3 * VIEW)
  const [kx, ky] = [picture.width / bitmap.width, picture.height / bitmap.height]
  const center = [((quad[0][0] + quad[2][0]) / 2 + 0.5) * kx, ((quad[0][1] + quad[2][1]) / 2 + 0.5) * ky] as const
  const angle = Math.atan2(quad[3][1] - quad[0][1], quad[3][0] - quad[0][0])
  return viewOf(picture, { center, side: size * kx, angle, mirrored: false }, VIEW)
}

/** Where the face is in an upright crop, as shares of its side: about so large, its middle about here. */
function isWhereExpected({ x, y, width, height }: { x: number; y: number; width: number; height: number }): boolean {
  const [centerX, centerY, side] = [x + width / 2, y + height / 2, Math.max(width, height)]
  return Math.abs(centerX - 0.5) < 0.2 && centerY > 0.35 && centerY < 0.85 && side > 0.35 && side < 1.1
}

async function tinyOpinion(view: Bitmap): Promise<number> {
  const { tf, faceApi } = await loadFaceApi('tinyFaceDetector')
  const input = tf.tensor3d(new Int32Array(view.data), [VIEW, VIEW, 3], 'int32')
  try {
    const options = { inputSize: TINY_INPUT, scoreThreshold: 0.1 }
    const found = await faceApi.nets.tinyFaceDetector.locateFaces(input, options)
    return scoreThere(found.map(({ score, box: { x, y, width, height } }) => ({ score, box: { x, y, width, height } })))
  } finally {
    input.dispose()
  }
}

function scoreThere(
  found: readonly { score: number; box: { x: number; y: number; width: number; height: number } }[],
): number {
  const there = found.filter(({ box: { x, y, width, height } }) =>
    isWhereExpected({ x: x / VIEW, y: y / VIEW, width: width / VIEW, height: height / VIEW }),
  )
  return Math.max(0, ...there.map(({ score }) => score))
}

/** How sure the small and the large detector are of a face in a crop, 0 to 1 each. */
export interface SecondLook {
  readonly tiny: number
  /** 0 where the small one was sure enough. */
  readonly large: number
}

/**
 * How sure the networks are that there is a face where these landmarks are.
 * @param bitmap colour.
 */
export async function secondLook(bitmap: Bitmap, landmarks: readonly Point[]): Promise<SecondLook> {
  const view = cropView(bitmap, landmarks)
  const tiny = await tinyOpinion(view)
  if (tiny >= ENOUGH) return { tiny, large: 0 }
  return { tiny, large: scoreThere(await locate(view, { region: wholeOf(view), extent: 0.6, offset: 0.2 })) }
}

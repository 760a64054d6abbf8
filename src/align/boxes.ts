// Where a picture may hold faces: boxes by face-api's SSD Mobilenet v1. It was trained on photographs of today, so when it
// finds nothing sure, it can be asked again more humbly: the picture set into a wide gray mat (a face that fills its
// frame), magnified in overlapping tiles (a small face), at lower confidence.
import { type Bitmap, createBitmap } from '../images/bitmap.ts'
import { resize } from '../images/resample.ts'
import type { FaceBox } from './face.ts'
import { loadFaceApi } from './face-api.ts'
import { crop } from './ffhq.ts'

/** The detector's input side, in pixels. */
const INPUT = 512
/** Confidence that is believed to be a face at once, and the least that is looked into when nothing reaches it. */
export const SURE = 0.5
const LEAST = 0.15
/** Doubtful boxes that are looked into at most, the surest first. */
const MAX_DOUBTFUL = 6
/** Boxes that share more than this part of their union are one face. */
const SAME_FACE = 0.35

/** A place where the detector sees a face. */
export interface FoundBox {
  readonly box: FaceBox
  /** 0 to 1. */
  readonly score: number
}

/** What the detector is shown: a region of the picture, scaled to `extent` × INPUT and set at `offset` × INPUT. */
export interface Showing {
  readonly region: { left: number; top: number; right: number; bottom: number }
  readonly extent: number
  readonly offset: number
}

const MAT = 127

/** Everything that the detector sees in one showing, in pixels of the picture, down to a score of LEAST. */
export async function locate(bitmap: Bitmap, { region, extent, offset }: Showing): Promise<FoundBox[]> {
  const { tf, faceApi } = await loadFaceApi('ssdMobilenetv1')
  const part = crop(bitmap, region)
  const scale = (extent * INPUT) / Math.max(part.width, part.height)
  const small = resize(
    part,
    Math.max(1, Math.round(part.width * scale)),
    Math.max(1, Math.round(part.height * scale)),
    'bilinear',
  )
  const canvas = createBitmap(INPUT, INPUT, 3)
  // face-api itself pads below and to the right with black; a mat around the picture is gray
  if (offset > 0) canvas.data.fill(MAT)
  const start = Math.round(offset * INPUT)
  for (let y = 0; y < small.height; y++) {
    canvas.data.set(
      small.data.subarray(y * small.width * 3, (y + 1) * small.width * 3),
      ((start + y) * INPUT + start) * 3,
    )
  }
  const input = tf.tensor3d(new Int32Array(canvas.data), [INPUT, INPUT, 3], 'int32')
  try {
    const found = await faceApi.nets.ssdMobilenetv1.locateFaces(input, { minConfidence: LEAST, maxResults: 50 })
    const kx = part.width / small.width
    const ky = part.height / small.height
    return found.map(({ score, box }) => ({
      score,
      box: clip(
        {
          x: region.left + (box.x - start) * kx,
          y: region.top + (box.y - start) * ky,
          width: box.width * kx,
          height: box.height * ky,
        },
        bitmap,
      ),
    }))
  } finally {
    input.dispose()
  }
}

function clip(box: FaceBox, bitmap: Bitmap): FaceBox {
  const x = Math.min(Math.max(box.x, 0), bitmap.width)
  const y = Math.min(Math.max(box.y, 0), bitmap.height)
  return {
    x,
    y,
    width: Math.max(Math.min(box.x + box.width, bitmap.width) - x, 0),
    height: Math.max(Math.min(box.y + box.height, bitmap.height) - y, 0),
  }
}

/** Share of the boxes' union that they have in common; also 1 for a box that lies wholly inside the other. */
function overlap(a: FaceBox, b: FaceBox): number {
  const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  if (w <= 0 || h <= 0) return 0
  const smaller = Math.min(a.width * a.height, b.width * b.height)
  if (w * h > 0.8 * smaller) return 1
  return (w * h) / (a.width * a.height + b.width * b.height - w * h)
}

/** The surest of every group of boxes that mean one face. */
function distinct(found: readonly FoundBox[]): FoundBox[] {
  const kept: FoundBox[] = []
  for (const one of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every((other) => overlap(one.box, other.box) < SAME_FACE)) kept.push(one)
  }
  return kept
}

/** 2 × 2 tiles of 60 % of each side, which overlap in the middle. */
function tiles({ width, height }: Bitmap): Showing[] {
  const [w, h] = [Math.ceil(width * 0.6), Math.ceil(height * 0.6)]
  return [0, height - h].flatMap((top) =>
    [0, width - w].map((left) => ({
      region: { left, top, right: left + w, bottom: top + h },
      extent: 1,
      offset: 0,
    })),
  )
}

/**
 * How much is done to see something: 'glance' shows the whole picture once and believes what is sure; 'mats' shows it
 * smaller as well, 'search' also magnified, and both hand on what is not sure.
 */
export type Effort = 'glance' | 'mats' | 'search'

/** The whole picture, shown once. @param bitmap colour. */
export function glanceAt(bitmap: Bitmap): Promise<FoundBox[]> {
  return locate(bitmap, { region: wholeOf(bitmap), extent: 1, offset: 0 })
}

/**
 * Boxes that may be faces, the surest first: sure ones only, where there are any.
 * @param bitmap colour.
 * @param first what a glance at it showed, where one was taken already.
 */
export async function findBoxes(bitmap: Bitmap, effort: Effort, first?: readonly FoundBox[]): Promise<FoundBox[]> {
  const glance = first ?? (await glanceAt(bitmap))
  const sure = distinct(glance.filter(({ score }) => score >= SURE))
  if (sure.length > 0 || effort === 'glance') return sure
  const whole = wholeOf(bitmap)
  const all = [...glance]
  const showings: Showing[] = [
    { region: whole, extent: 0.6, offset: 0.2 },
    { region: whole, extent: 0.36, offset: 0.32 },
  ]
  if (effort === 'search' && Math.max(bitmap.width, bitmap.height) > INPUT / 2) showings.push(...tiles(bitmap))
  for (const showing of showings) all.push(...(await locate(bitmap, showing)))
  const seen = distinct(all)
  const surer = seen.filter(({ score }) => score >= SURE)
  return surer.length > 0 ? surer : seen.slice(0, effort === 'search' ? MAX_DOUBTFUL : MAX_DOUBTFUL / 2)
}

/** The region that is the whole picture. */
export function wholeOf({ width, height }: Bitmap): Showing['region'] {
  return { left: 0, top: 0, right: width, bottom: height }
}

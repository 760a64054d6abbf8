// Where the skin is in a portrait: the face parser's labels, and from them a mask of the portrait's size. The parser
// always looks at the 8-bit picture brought to its own size by PIL's antialiased bilinear filter, as the reference does.

import { type CompileOptions, runOnce } from '../engine/executable.ts'
import { imagenetNormalized } from '../features/normalization.ts'
import { input } from '../graph/tensor.ts'
import type { Weights } from '../graph/weights.ts'
import { type Bitmap, toPlanar } from '../images/bitmap.ts'
import { toColor } from '../images/gray.ts'
import { resize } from '../images/resample.ts'
import { bisenet } from './bisenet.ts'
import { resizeMask } from './skin.ts'

export interface ParseOptions {
  /** Side at which the parser looks, 512 for the official one. */
  readonly inputSize: number
  readonly compile?: CompileOptions
}

/** Class of every pixel of inputSize × inputSize, for each picture. */
export async function parseFaces(
  weights: Weights,
  bitmaps: readonly Bitmap[],
  { inputSize, compile }: ParseOptions,
): Promise<Uint8Array[]> {
  const shape = [1, 3, inputSize, inputSize]
  const scores = Object.fromEntries(
    bitmaps.map((_, i) => [`scores${i}`, bisenet(weights, imagenetNormalized(input(`picture${i}`, shape)))]),
  )
  const feeds = Object.fromEntries(
    bitmaps.map((bitmap, i) => [
      `picture${i}`,
      toPlanar(resize(toColor(bitmap), inputSize, inputSize, 'bilinear'), '01'),
    ]),
  )
  const results = await runOnce(scores, feeds, compile)
  return bitmaps.map((_, i) => argmax(results[`scores${i}`]!, inputSize * inputSize))
}

/** Skin masks of portraits, each of its portrait's size: 255 where the class counts as skin. */
export async function skinMasks(
  weights: Weights,
  bitmaps: readonly Bitmap[],
  options: ParseOptions & { readonly classes: readonly number[] },
): Promise<Uint8Array[]> {
  const labels = await parseFaces(weights, bitmaps, options)
  const skin = new Set(options.classes)
  const side = { width: options.inputSize, height: options.inputSize }
  return bitmaps.map((bitmap, i) =>
    resizeMask(
      labels[i]!.map((label) => (skin.has(label) ? 255 : 0)),
      side,
      bitmap,
    ),
  )
}

/** Index of the highest of `scores.length / area` planes at every pixel; of equals the first. */
function argmax(scores: Float32Array, area: number): Uint8Array {
  const classes = scores.length / area
  const labels = new Uint8Array(area)
  for (let i = 0; i < area; i++) {
    let best = scores[i]!
    for (let c = 1; c < classes; c++) {
      const score = scores[c * area + i]!
      if (score > best) {
        best = score
        labels[i] = c
      }
    }
  }
  return labels
}

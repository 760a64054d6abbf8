/** What tuning did to all the other faces: how far the pictures of random latents moved. */
import { drawLatents, repeated } from '../../../generator/draw-latents.ts'
import { Synthesizer } from '../../../generator/synthesis.ts'
import type { Weights } from '../../../graph/weights.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { weightsOf } from '../../../models/weights.ts'
import { randomStream } from '../../../numbers/random.ts'
import type { ArrayTensors } from '../../../optimize/problem.ts'
import { bitmapOf } from '../generated.ts'
import type { Setting } from '../setting.ts'
import { withTuned } from './generator.ts'

/** Faces that are looked at; always the same ones. */
const FACES = 8

/** Mean of `distance` between what the pack's generator and the tuned one make of the same random latents and noise. */
export async function drift(
  { pack, shape, compute }: Setting,
  tuned: ArrayTensors,
  distance: (a: Bitmap, b: Bitmap) => Promise<number>,
): Promise<number> {
  const frozen = weightsOf(pack, 'stylegan2')
  const w = await drawLatents(frozen, FACES, randomStream(0, 'drift'), compute.options)
  const noise = shape.noiseSides.map((side, i) => randomStream(0, `drift/${i}`).normal(side * side))
  const picturesBy = async (weights: Weights): Promise<Bitmap[]> => {
    const synthesizer = await Synthesizer.compile(weights, compute.options)
    try {
      const pictures: Bitmap[] = []
      for (let face = 0; face < FACES; face++) {
        const row = w.subarray(face * shape.styleDim, (face + 1) * shape.styleDim)
        const { image } = await synthesizer.run(repeated(row, shape.latents), noise)
        pictures.push(bitmapOf(image, shape.size, 'round'))
      }
      return pictures
    } finally {
      await synthesizer.dispose()
    }
  }
  const before = await picturesBy(frozen)
  const after = await picturesBy(withTuned(frozen, tuned))
  let sum = 0
  for (const [face, picture] of after.entries()) sum += await distance(before[face]!, picture)
  return sum / FACES
}

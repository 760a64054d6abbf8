/**
 * What a likeness is to be read against: descriptors of faces have much in common (all of this network's numbers lean one
 * way), so even a stranger's cosine is high. Two pictures that nobody would call like the input give the floor: the
 * generator's mean face, which is every face a little, and a texture, which is none.
 */
import type { Bitmap } from '../../images/bitmap.ts'
import { createBitmap } from '../../images/bitmap.ts'
import { resize } from '../../images/resample.ts'
import { randomStream } from '../../numbers/random.ts'
import type { Whitening } from '../../numbers/whitening.ts'
import { bitmapOf, siblingOf } from './generated.ts'
import type { Setting } from './setting.ts'
import { startNoise } from './start.ts'

/** The generator's mean face. */
export async function meanFace(setting: Setting, prior: Whitening): Promise<Bitmap> {
  const { shape, config } = setting
  const latent = new Float32Array(shape.latents * prior.dimension)
  for (let i = 0; i < latent.length; i++) latent[i] = prior.mean[i % prior.dimension]!
  // Noise of the pack's own sides: maps that the config names belong to another face.
  const noise = startNoise({ ...config, init: { latent: null, noise: null } }, shape)
  return bitmapOf(await siblingOf(setting, latent, noise), shape.size, 'round')
}

/** Side of the texture in pixels: what the descriptor sees. */
const TEXTURE = 150

/** A gray texture without a face: noise in three grains, always the same. */
export function texture(): Bitmap {
  const out = createBitmap(TEXTURE, TEXTURE, 1)
  const grains = [6, 25, 75].map((side) => {
    const drawn = randomStream(0, `texture/${side}`).normal(side * side)
    const bytes = Uint8Array.from(drawn, (value) => Math.min(Math.max(128 + 45 * value, 0), 255))
    return resize(createBitmap(side, side, 1, bytes), TEXTURE, TEXTURE, 'bicubic')
  })
  for (let i = 0; i < out.data.length; i++) {
    out.data[i] = grains.reduce((sum, { data }) => sum + data[i]!, 0) / grains.length
  }
  return out
}

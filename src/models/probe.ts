/**
 * Runs a network once on a fixed input: the proof that its file is not only intact but works here. What comes out is
 * summed up in three numbers, which are the same every time on the same machine.
 */
import type { WeightStore } from '../checkpoint/store.ts'
import { scoped } from '../checkpoint/store.ts'
import { colorEncoder } from '../encoders/color-encoder.ts'
import { e4e, officialE4eLayout } from '../encoders/e4e.ts'
import { runOnce } from '../engine/executable.ts'
import { imagenetNormalized, vggFaceNormalized } from '../features/normalization.ts'
import { vggFeatures } from '../features/vgg.ts'
import { generatorShape, noiseSides, synthesize } from '../generator/stylegan2.ts'
import { constant, type Tensor } from '../graph/tensor.ts'
import { Weights } from '../graph/weights.ts'
import { bisenet } from '../parsing/bisenet.ts'
import { ModelError } from './errors.ts'
import type { LoadedPack } from './load.ts'
import type { Role } from './roles.ts'

export interface ProbeResult {
  readonly shape: readonly number[]
  readonly mean: number
  readonly std: number
}

export async function probeNetwork(pack: LoadedPack, role: Role): Promise<ProbeResult> {
  const store = pack.store(role)
  if (role === 'w_stats') return summarise(store.read('mean'), store.shape('mean'), role)
  const y = outputOf(pack, role, store)
  const out = (await runOnce({ y })).y
  if (out === undefined) throw new ModelError(`${role}: the engine gave nothing back`)
  return summarise(out, y.shape, role)
}

function outputOf(pack: LoadedPack, role: Exclude<Role, 'w_stats'>, store: WeightStore): Tensor {
  const weights = new Weights(store, role)
  switch (role) {
    case 'stylegan2': {
      const { size, styleDim, latents } = generatorShape(weights)
      const latent = constant(waves(latents * styleDim), [1, latents, styleDim])
      const noise = noiseSides(size).map((side) => constant(waves(side * side), [1, 1, side, side]))
      return synthesize(weights, latent, noise).image
    }
    case 'e4e': {
      const layout = { ...officialE4eLayout, inputSize: 256, ...pack.pack.networks.e4e?.layout }
      const encoder = store.has('encoder.input_layer.0.weight') ? scoped(store, 'encoder.') : store
      const average = store.has('latent_avg')
        ? constant(store.read('latent_avg'), store.shape('latent_avg'))
        : undefined
      return e4e(new Weights(encoder, role), picture(3, layout.inputSize), average, layout)
    }
    case 'vgg16':
    case 'vgg19':
      return lastOf(vggFeatures(role, weights, imagenetNormalized(picture(3, 64)), ['relu3_1']))
    case 'vggface':
      return lastOf(vggFeatures(role, weights, vggFaceNormalized(picture(3, 64)), ['relu3_1']))
    case 'bisenet':
      return bisenet(weights, imagenetNormalized(picture(3, 256)))
    default: {
      // Halved once by the first layer and once by each block, down to 4 px.
      let blocks = 0
      while (weights.has(`residual_blocks.${2 * blocks}.blocks.0.0.weight`)) blocks++
      return colorEncoder(weights, picture(1, 4 * 2 ** (blocks + 1)))
    }
  }
}

function lastOf(tensors: readonly Tensor[]): Tensor {
  const last = tensors.at(-1)
  if (last === undefined) throw new ModelError('no feature layer came back')
  return last
}

/** A smooth fixed signal with deviation near 1. */
function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => 1.4 * Math.sin(0.7 * i + 3 * Math.sin(0.013 * i)))
}

function picture(channels: number, side: number): Tensor {
  return constant(
    waves(channels * side * side).map((v) => 0.5 + 0.3 * v),
    [1, channels, side, side],
  )
}

function summarise(data: Float32Array, shape: readonly number[], role: Role): ProbeResult {
  let sum = 0
  let squares = 0
  for (const value of data) {
    sum += value
    squares += value * value
  }
  const mean = sum / data.length
  const std = Math.sqrt(Math.max(0, squares / data.length - mean * mean))
  if (!Number.isFinite(mean) || !Number.isFinite(std)) throw new ModelError(`${role} gives numbers that are not finite`)
  if (std === 0) throw new ModelError(`${role} gives the same number everywhere`)
  return { shape, mean, std }
}

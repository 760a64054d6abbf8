/**
 * StyleGAN2 generators of NVIDIA's PyTorch code (stylegan2-ada-pytorch, and StyleGAN2 in the stylegan3 repository):
 * a pickle of modules, whose names and shapes are brought into the layout of the public port. No number changes:
 * both flip the upsampling kernels of the TensorFlow original the same way (conv2d_resample hands the weight unflipped to
 * the transposed convolution, as the port does), and the missing 1/√fan-in of the convolutions cancels in demodulation.
 */
import { ObjectValue, type TensorSource, TensorValue, type Value } from '../../checkpoint/value.ts'
import { NetworkError } from '../../networks/errors.ts'
import { type Found, reshaped } from '../../networks/found.ts'
import { latentMean } from '../../networks/w-stats.ts'
import { readStyleGan2 } from './recognise.ts'

/** The averaged generator of a snapshot, or a generator pickled alone. */
export function findNvidiaGenerator(root: Value | undefined): ObjectValue | undefined {
  const value = root instanceof Map ? root.get('G_ema') : root
  return value instanceof ObjectValue && value.className.startsWith('persistent.') ? value : undefined
}

export function readNvidiaGenerator(generator: ObjectValue): Found[] {
  const tensors = new Map<string, TensorSource>()
  collectModule(generator, '', tensors)
  const setting = (name: string) => generator.state.get(name)
  if (tensors.has('synthesis.input.freqs')) throw new NetworkError('a StyleGAN3 generator; only StyleGAN2 is supported')
  if (!tensors.has('synthesis.b4.const'))
    throw new NetworkError('NVIDIA’s pickle holds no StyleGAN2 generator that is known here')
  if (setting('c_dim') !== 0 || tensors.has('mapping.embed.weight'))
    throw new NetworkError('a class-conditional generator; only unconditional ones are supported')
  checkFilters(tensors)
  const mapped = new Map<string, TensorSource>()
  for (const [name, tensor] of tensors) {
    const target = mapName(name)
    if (target === 'unknown')
      throw new NetworkError(`a StyleGAN2 generator with ${name}, which the "skip" architecture of config F has not`)
    if (target !== 'dropped') mapped.set(target.key, reshaped(tensor, target.shape(tensor.shape)))
  }
  const found = readStyleGan2(mapped, 'G_ema')
  const average = tensors.get('mapping.w_avg')
  const notes = [...found.notes, ...clampNotes(generator)]
  const network = { ...found, title: `${found.title}, from NVIDIA’s layout`, notes }
  return average === undefined ? [network] : [network, latentMean(average, 'G_ema.mapping.w_avg')]
}

/** Parameters and buffers by dotted name, as PyTorch's named_parameters would give them. */
function collectModule(module: ObjectValue, prefix: string, out: Map<string, TensorSource>): void {
  for (const field of ['_parameters', '_buffers']) {
    const values = module.state.get(field)
    if (!(values instanceof Map)) continue
    for (const [name, value] of values) if (value instanceof TensorValue) out.set(`${prefix}${String(name)}`, value)
  }
  const modules = module.state.get('_modules')
  if (!(modules instanceof Map)) return
  for (const [name, child] of modules)
    if (child instanceof ObjectValue) collectModule(child, `${prefix}${String(name)}.`, out)
}

type Shape = readonly number[]
type Target = { key: string; shape: (from: Shape) => Shape }
const same = (shape: Shape) => shape

function mapName(name: string): Target | 'dropped' | 'unknown' {
  if (/(^|\.)(resample_filter|noise_const|w_avg)$/.test(name)) return 'dropped'
  const dense = /^mapping\.fc(\d+)\.(weight|bias)$/.exec(name)
  if (dense) return { key: `style.${Number(dense[1]) + 1}.${dense[2]}`, shape: same }
  if (name === 'synthesis.b4.const') return { key: 'input.input', shape: (shape) => [1, ...shape] }
  const part = /^synthesis\.b(\d+)\.(conv0|conv1|torgb)\.(.+)$/.exec(name)
  if (!part) return 'unknown'
  const [, side = '', layer = '', field = ''] = part
  const block = Math.log2(Number(side)) - 3
  if (!Number.isInteger(block) || (block < 0 && layer === 'conv0')) return 'unknown'
  if (layer === 'torgb') {
    const target = block < 0 ? 'to_rgb1' : `to_rgbs.${block}`
    if (field === 'bias') return { key: `${target}.bias`, shape: (shape) => [1, ...shape, 1, 1] }
    return mapField(field, target)
  }
  const target = block < 0 ? 'conv1' : `convs.${2 * block + (layer === 'conv1' ? 1 : 0)}`
  if (field === 'bias') return { key: `${target}.activate.bias`, shape: same }
  if (field === 'noise_strength') return { key: `${target}.noise.weight`, shape: () => [1] }
  return mapField(field, target)
}

function mapField(field: string, target: string): Target | 'unknown' {
  if (field === 'weight') return { key: `${target}.conv.weight`, shape: (shape) => [1, ...shape] }
  if (field === 'affine.weight') return { key: `${target}.conv.modulation.weight`, shape: same }
  if (field === 'affine.bias') return { key: `${target}.conv.modulation.bias`, shape: same }
  return 'unknown'
}

/** The filter is stored normalised to sum 1, as an outer product: [1, 3, 3, 1]⊗[1, 3, 3, 1]/64. */
function checkFilters(tensors: ReadonlyMap<string, TensorSource>): void {
  const taps = [1, 3, 3, 1]
  for (const [name, tensor] of tensors) {
    if (!name.endsWith('resample_filter')) continue
    const filter = tensor.shape.join() === '4,4' ? tensor.read() : []
    const good =
      filter.length === 16 && filter.every((f, i) => Math.abs(f - (taps[i >> 2]! * taps[i & 3]!) / 64) < 1e-6)
    if (!good) throw new NetworkError(`a generator whose ${name} is not [1, 3, 3, 1]; no other filter is supported`)
  }
}

/** In half precision NVIDIA clamps activations to ±256; in float32, as here, nothing comes near it, but say so. */
function clampNotes(generator: ObjectValue): string[] {
  const kwargs = generator.state.get('_init_kwargs')
  const synthesis = kwargs instanceof Map ? (kwargs.get('synthesis_kwargs') ?? kwargs) : undefined
  const clamp = synthesis instanceof Map ? synthesis.get('conv_clamp') : undefined
  return typeof clamp === 'number' ? [`activations are not clamped to ±${clamp} as in its training`] : []
}

/**
 * StyleGAN2 config F in the key layout of the public PyTorch port (rosinality/stylegan2-pytorch, `g_ema`), any size,
 * width and mapping depth. FIR kernels are stored in those files; ours are constants, so they are checked and dropped.
 */
import { TensorValue } from '../../checkpoint/value.ts'
import { NetworkError } from '../../networks/errors.ts'
import type { Found } from '../../networks/found.ts'
import type { Place } from '../../networks/network.ts'
import { countFrom, type Expected, layer, matchTemplate, type Tensors } from '../../networks/template.ts'
import { latentMean } from '../../networks/w-stats.ts'

/** The generator, and its mean of w where the file has one. */
export function recogniseStyleGan2({ tensors, at, root }: Place): Found[] {
  if (!['input.input', 'conv1.conv.weight', 'to_rgb1.conv.weight'].every((key) => tensors.has(key))) return []
  const mean = root instanceof Map ? root.get('latent_avg') : undefined
  return [readStyleGan2(tensors, at), ...(mean instanceof TensorValue ? [latentMean(mean, 'latent_avg')] : [])]
}

export function readStyleGan2(tensors: Tensors, at: string): Found {
  const blocks = countFrom(tensors, 0, (i) => `to_rgbs.${i}.conv.weight`)
  const depth = countFrom(tensors, 1, (i) => `style.${i}.weight`)
  const size = 4 * 2 ** blocks
  const what = `a StyleGAN2 generator for ${size} px`
  if (blocks === 0 || depth === 0)
    throw new NetworkError(`looks like a StyleGAN2 generator but has no ${blocks === 0 ? 'blocks' : 'mapping network'}`)
  const match = matchTemplate(what, tensors, stylegan2Template(blocks, depth))
  checkKernels(tensors, what)
  const styleDim = match.sides.get('style') ?? 0
  const notes = match.sides.get('z') === styleDim ? [] : [`its z has ${match.sides.get('z')} numbers`]
  return {
    role: 'stylegan2',
    title: `StyleGAN2, ${size} px, w of ${styleDim}, mapping of ${depth} layers`,
    size,
    styleDim,
    nLatent: 2 * Math.log2(size) - 2,
    at,
    tensors: match.tensors,
    notes,
  }
}

function stylegan2Template(blocks: number, depth: number): Expected[] {
  const conv = (name: string, from: string, to: string): Expected[] => [
    { key: `${name}.conv.weight`, shape: [1, to, from, 3, 3] },
    ...layer(`${name}.conv.modulation`, [from, 'style']),
    { key: `${name}.noise.weight`, shape: [1] },
    { key: `${name}.activate.bias`, shape: [to] },
  ]
  const rgb = (name: string, from: string): Expected[] => [
    { key: `${name}.bias`, shape: [1, 3, 1, 1] },
    { key: `${name}.conv.weight`, shape: [1, 3, from, 1, 1] },
    ...layer(`${name}.conv.modulation`, [from, 'style']),
  ]
  const side = (block: number) => `channels at ${8 * 2 ** block} px`
  const first = 'channels at 4 px'
  const mapping = Array.from({ length: depth }, (_, i) =>
    layer(`style.${i + 1}`, ['style', i === 0 ? 'z' : 'style']),
  ).flat()
  const parts = [
    ...mapping,
    { key: 'input.input', shape: [1, first, 4, 4] },
    ...conv('conv1', first, first),
    ...rgb('to_rgb1', first),
  ]
  for (let block = 0; block < blocks; block++) {
    const before = block === 0 ? first : side(block - 1)
    parts.push(
      ...conv(`convs.${2 * block}`, before, side(block)),
      ...conv(`convs.${2 * block + 1}`, side(block), side(block)),
    )
    parts.push(...rgb(`to_rgbs.${block}`, side(block)))
  }
  return parts
}

/** Every blur kernel in the file must be the outer product of [1, 3, 3, 1], ×4 after upsampling: ours are constants. */
function checkKernels(tensors: Tensors, what: string): void {
  const taps = [1, 3, 3, 1]
  for (const [key, tensor] of tensors) {
    if (!/^(convs\.\d+\.conv\.blur|to_rgbs\.\d+\.upsample)\.kernel$/.test(key)) continue
    const kernel = tensor.shape.join() === '4,4' ? tensor.read() : []
    const same =
      kernel.length === 16 && kernel.every((k, i) => Math.abs(k - (taps[i >> 2]! * taps[i & 3]!) / 16) < 1e-4)
    if (!same)
      throw new NetworkError(`looks like ${what} but its kernel ${key} is not [1, 3, 3, 1]; no other is supported`)
  }
}

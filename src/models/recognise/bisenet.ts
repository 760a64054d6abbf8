/** The BiSeNet face parser of zllrunning/face-parsing.PyTorch (`79999_iter.pth`), 19 classes of CelebAMask-HQ. */
import { ModelError } from '../errors.ts'
import type { Found } from './found.ts'
import { type Expected, layer, matchTemplate, norm, type Tensors } from './template.ts'

export function looksLikeBiSeNet(tensors: Tensors): boolean {
  return tensors.has('cp.resnet.conv1.weight') && tensors.has('ffm.convblk.conv.weight')
}

export function readBiSeNet(tensors: Tensors, at: string): Found {
  const match = matchTemplate('a BiSeNet face parser', tensors, bisenetTemplate(tensors))
  const classes = match.sides.get('classes')
  if (classes !== 19)
    throw new ModelError(`a BiSeNet with ${classes} classes; the skin mask needs the 19 of CelebAMask-HQ`)
  return { role: 'bisenet', title: 'BiSeNet, 19 classes', at, tensors: match.tensors, notes: [] }
}

function bisenetTemplate(tensors: Tensors): Expected[] {
  const conv = (name: string, shape: (string | number)[]) => layer(name, shape, { bias: false })
  const block = (name: string, to: string, from: string, k: number) => [
    ...conv(`${name}.conv`, [to, from, k, k]),
    ...norm(`${name}.bn`, to),
  ]
  const parts: Expected[] = [...conv('cp.resnet.conv1', ['w1', 3, 7, 7]), ...norm('cp.resnet.bn1', 'w1')]
  for (let stage = 1; stage <= 4; stage++)
    for (let i = 0; i < 2; i++) {
      const to = `w${stage}`
      const from = i === 0 && stage > 1 ? `w${stage - 1}` : to
      const name = `cp.resnet.layer${stage}.${i}`
      parts.push(...conv(`${name}.conv1`, [to, from, 3, 3]), ...norm(`${name}.bn1`, to))
      parts.push(...conv(`${name}.conv2`, [to, to, 3, 3]), ...norm(`${name}.bn2`, to))
      if (tensors.has(`${name}.downsample.0.weight`))
        parts.push(...conv(`${name}.downsample.0`, [to, from, 1, 1]), ...norm(`${name}.downsample.1`, to))
    }
  for (const [arm, from] of [
    ['arm16', 'w3'],
    ['arm32', 'w4'],
  ] as const)
    parts.push(
      ...block(`cp.${arm}.conv`, 'mid', from, 3),
      ...conv(`cp.${arm}.conv_atten`, ['mid', 'mid', 1, 1]),
      ...norm(`cp.${arm}.bn_atten`, 'mid'),
    )
  parts.push(
    ...block('cp.conv_head32', 'mid', 'mid', 3),
    ...block('cp.conv_head16', 'mid', 'mid', 3),
    ...block('cp.conv_avg', 'mid', 'w4', 1),
    ...block('ffm.convblk', 'fused', 'w2 and mid', 1),
    ...conv('ffm.conv1', ['squeezed', 'fused', 1, 1]),
    ...conv('ffm.conv2', ['fused', 'squeezed', 1, 1]),
    ...block('conv_out.conv', 'head', 'fused', 3),
    ...conv('conv_out.conv_out', ['classes', 'head', 1, 1]),
  )
  return parts
}

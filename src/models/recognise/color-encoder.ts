/**
 * The ResNet18 colour encoder of Time-Travel Rephotography (`model` in checkpoint_{b,gb,g}.pt). The three files are
 * alike inside: which emulsion one is for is known from its name alone, or from the user.
 */
import type { Found } from './found.ts'
import { type Expected, layer, matchTemplate, type Tensors } from './template.ts'

export function looksLikeColorEncoder(tensors: Tensors): boolean {
  return (
    tensors.has('conv0.0.weight') && tensors.has('residual_blocks.0.blocks.0.0.weight') && tensors.has('last.3.weight')
  )
}

export function readColorEncoder(tensors: Tensors, at: string): Found {
  let blocks = 0
  while (tensors.has(`residual_blocks.${2 * blocks}.blocks.0.0.weight`)) blocks++
  const side = (i: number) => (i === 0 ? 'channels of the first layer' : `channels of block ${i}`)
  const template: Expected[] = [...layer('conv0.0', [side(0), 1, 5, 5])]
  for (let i = 0; i < blocks; i++) {
    const name = `residual_blocks.${2 * i}`
    template.push(
      ...layer(`${name}.blocks.0.0`, [side(i + 1), side(i), 3, 3]),
      ...layer(`${name}.blocks.2.0`, [side(i + 1), side(i + 1), 3, 3]),
      { key: `${name}.shortcut.0.weight`, shape: [side(i + 1), side(i), 1, 1], optional: true },
    )
  }
  template.push(...layer('last.3', ['style', side(blocks)]))
  const match = matchTemplate('a colour encoder', tensors, template)
  const styleDim = match.sides.get('style') ?? 0
  return {
    role: 'color_encoder',
    title: `colour encoder, ${blocks} blocks, w of ${styleDim}`,
    styleDim,
    at,
    tensors: match.tensors,
    notes: [],
  }
}

/** checkpoint_b.pt, encoder-gb.pth, b.pt: the last word of the name. */
export function sensitivityFromName(fileName: string): 'b' | 'gb' | 'g' | undefined {
  const stem = fileName.replace(/\.[^.]*$/, '').toLowerCase()
  const word = stem.split(/[^a-z0-9]+/).at(-1)
  return word === 'b' || word === 'gb' || word === 'g' ? word : undefined
}

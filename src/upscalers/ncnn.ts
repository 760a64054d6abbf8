// Networks that enlarge in ncnn's files, which have no names: convolutions and slopes in the order in which they are computed.

import type { TensorSource } from '../checkpoint/value.ts'
import type { Tensors } from '../networks/template.ts'

/** What stands behind the blocks of an RRDBNet beside its doublings: trunk, HR and last convolution; one before them. */
const OUTSIDE = 4
const IN_A_BLOCK = 15

/** The official names; undefined where the tensors are not ncnn's. */
export function fromNcnn(tensors: Tensors): Tensors | undefined {
  if (!tensors.has('ncnn.0.weight')) return undefined
  const layers = [...new Set([...tensors.keys()].map((key) => key.slice(0, key.lastIndexOf('.'))))]
  const hasSlopes = layers.some((name) => tensors.has(`${name}.slope`))
  const names = hasSlopes ? layers.map((_, i) => `body.${i}`) : rrdbNames(layers.length)
  const out = new Map<string, TensorSource>()
  for (const [i, name] of layers.entries())
    for (const [part, ours] of [
      ['weight', 'weight'],
      ['bias', 'bias'],
      ['slope', 'weight'],
    ] as const) {
      const tensor = tensors.get(`${name}.${part}`)
      if (tensor && names[i] !== undefined) out.set(`${names[i]}.${ours}`, tensor)
    }
  return out
}

function rrdbNames(count: number): string[] {
  const ups = (count - OUTSIDE) % IN_A_BLOCK
  const blocks = Math.floor((count - OUTSIDE) / IN_A_BLOCK)
  const inner = Array.from({ length: blocks * IN_A_BLOCK }, (_, n) => {
    const [i, j, k] = [Math.floor(n / IN_A_BLOCK), (Math.floor(n / 5) % 3) + 1, (n % 5) + 1]
    return `body.${i}.rdb${j}.conv${k}`
  })
  const doublings = Array.from({ length: ups }, (_, i) => `conv_up${i + 1}`)
  return ['conv_first', ...inner, 'conv_body', ...doublings, 'conv_hr', 'conv_last']
}

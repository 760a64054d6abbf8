// The official restoration networks on formula weights: keys and shapes from the templates at the official widths, numbers by
// the rules of the golden files.

import { memoryStore } from '../../src/checkpoint/store.ts'
import { Weights } from '../../src/graph/weights.ts'
import type { Expected } from '../../src/networks/template.ts'
import { faceTemplate } from '../../src/restore/face-generator.ts'
import { hrTemplate } from '../../src/restore/mapping-hr.ts'
import { qualityTemplate } from '../../src/restore/mapping-quality.ts'
import { scratchTemplate } from '../../src/restore/mapping-scratch.ts'
import { scratchUnetTemplate } from '../../src/restore/scratch-unet.ts'
import { vaeTemplate } from '../../src/restore/vae.ts'
import { formulaValues } from './formula.ts'
import { heRule } from './formula-weights.ts'

/** Places of an nn.Sequential: convolutions and residual blocks, as the official files have them. */
interface Sequence {
  name: string
  convolutions: number[]
  blocks: number[]
}

const keysOf = (sequences: Sequence[]): { keys(): string[]; has(key: string): boolean } => {
  const all = sequences.flatMap(({ name, convolutions, blocks }) => [
    ...convolutions.map((i) => `${name}.${i}.weight`),
    ...blocks.map((i) => `${name}.${i}.conv_block.1.weight`),
  ])
  return { keys: () => all, has: (key) => all.includes(key) }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const before = { name: 'before_NL', convolutions: [0, 3, 6, 9], blocks: [] as number[] }
const widths = { latent: 64, 'width 1': 128, 'width 2': 256, 'width 3': 512, inside: 512, inner: 512 }
const back = { 'back 1': 512, 'back 2': 256, 'back 3': 128 }

interface Official {
  template: readonly Expected[]
  sides: Record<string, number>
  prefix: string
}

const unetDepth = {
  has: (key: string) => /^down_path\.[0-3]\.block\.1\.weight$/.test(key),
}
const unetWidths = Object.fromEntries(
  range(0, 4).flatMap((i) => [
    [`width ${i}`, 64 << i],
    [`width ${i} twice`, 128 << i],
  ]),
)

export const official = {
  vae: {
    template: vaeTemplate(
      keysOf([
        { name: 'encoder', convolutions: [1, 4, 7], blocks: range(10, 13) },
        { name: 'decoder', convolutions: [4, 7, 11], blocks: range(0, 3) },
      ]),
    ),
    sides: { width: 64, planes: 3 },
    prefix: 'restore/vae_a',
  },
  mapping_quality: {
    template: qualityTemplate(
      keysOf([{ name: 'model', convolutions: [0, 3, 6, 9, 18, 21, 24, 27], blocks: range(12, 17) }]),
    ),
    sides: { ...widths, 'width 4': 512, 'width 5': 512, 'width 6': 256, 'width 7': 128 },
    prefix: 'restore/mapping_quality',
  },
  mapping_scratch: {
    template: scratchTemplate(
      keysOf([
        before,
        { name: 'NL.res_block', convolutions: [], blocks: range(0, 2) },
        { name: 'after_NL', convolutions: [6, 9, 12, 15], blocks: range(0, 5) },
      ]),
    ),
    sides: { ...widths, ...back },
    prefix: 'restore/mapping_scratch',
  },
  mapping_Patch_Attention: {
    template: hrTemplate(
      keysOf([
        { ...before, blocks: [12, 13] },
        ...[1, 2, 3].map((i) => ({ name: `NL_scale_${i}.res_block`, convolutions: [], blocks: [0] })),
        ...[1, 2].map((i) => ({ name: `res_block_${i}`, convolutions: [], blocks: [0, 1] })),
        { name: 'after_NL', convolutions: [2, 5, 8, 11], blocks: [0, 1] },
      ]),
    ),
    sides: { ...widths, ...back, 'inside twice and the mask': 1025 },
    prefix: 'restore/mapping_Patch_Attention',
  },
  detection: { template: scratchUnetTemplate(unetDepth), sides: unetWidths, prefix: 'restore/detection' },
  face: {
    template: faceTemplate(),
    sides: Object.fromEntries([
      ['told', 128],
      ...[1024, 512, 256, 128, 64].flatMap((w, i) => [
        [`width ${i}`, w],
        [`width ${i}·9`, 9 * w],
        [`width ${i}·1`, w],
      ]),
    ]),
    prefix: 'restore/face',
  },
} satisfies Record<string, Official>

export type OfficialName = keyof typeof official

/** Every tensor of an official network with its shape. */
export function officialShapes(name: OfficialName): Map<string, number[]> {
  const { template, sides } = official[name] as Official
  const solved = (side: number | string): number => {
    const n = typeof side === 'number' ? side : sides[side]
    if (n === undefined) throw new Error(`${name}: no width for "${side}"`)
    return n
  }
  return new Map(template.map(({ key, shape }) => [key, shape.map(solved)]))
}

export function restoreWeights(name: OfficialName, salt = '', prefix: string = official[name].prefix): Weights {
  const shapes = officialShapes(name)
  const empty = memoryStore({})
  const numbers = (key: string): Float32Array => {
    const shape = shapes.get(key)!
    const count = shape.reduce((a, b) => a * b, 1)
    const { std, mean } = heRule(key, shape)
    if (/\.weight_[uv]$/.test(key)) return spectralVector(key, count)
    return formulaValues(`${prefix}/${key}`, count, /mlp_(gamma|beta)\.weight$/.test(key) ? 0.3 * std : std, mean, salt)
  }
  /** u and v of spectral norm: of length about 1, v then such that uᵀ·W·v is 1.5. */
  const spectralVector = (key: string, count: number): Float32Array => {
    const vector = (k: string, n: number) => formulaValues(`${prefix}/${k}`, n, 1 / Math.sqrt(n), 0, salt)
    if (key.endsWith('_u')) return vector(key, count)
    const [u, v] = [vector(key.replace(/v$/, 'u'), shapes.get(key.replace(/v$/, 'u'))![0]!), vector(key, count)]
    const w = numbers(key.replace(/_v$/, '_orig'))
    let sigma = 0
    u.forEach((p, row) => {
      let product = 0
      for (let i = 0; i < count; i++) product += w[row * count + i]! * v[i]!
      sigma += p * product
    })
    return v.map((value) => (value * 1.5) / sigma)
  }
  return new Weights(
    {
      keys: () => [...shapes.keys()],
      has: (key) => shapes.has(key),
      shape: (key) => shapes.get(key) ?? empty.shape(key),
      read: numbers,
    },
    name,
  )
}

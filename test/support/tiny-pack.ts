// A whole pack of formula weights, a sixteenth as wide as the official networks and 64 px large: what tests of the
// pipeline run on, in seconds and without a trained weight. Its portraits are nonsense, but the same nonsense always.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TensorToWrite, writeSafetensors } from '../../src/checkpoint/safetensors-write.ts'
import type { ConfigFragment, PackSettings } from '../../src/methods/rephotograph/config.ts'
import type { Role } from '../../src/networks/roles.ts'
import { type FormulaNetwork, formulaTensor } from './formula-weights.ts'
import { readGoldenKeys } from './golden.ts'

const SIZE = 64
const LATENTS = 2 * Math.log2(SIZE) - 2
const NARROWING = 16

/** Weights as small as these make steps that neither stand still nor explode with the networks of the formula. */
const settings: PackSettings = {
  losses: { colorTransfer: { weight: 1 }, noise: { weight: 1 }, contextual: { points: 64 } },
  optimize: { lr: 0.01, noiseLr: 0.01, steps: [3, 4] },
}

/** A config that the tiny pack carries out in a second or two. */
export function tinyConfig(pack: string, input: string): ConfigFragment {
  return { input, pack, align: { mode: 'none' }, threads: 1, output: { frames: 3 } }
}

/** Writes the pack into a folder. */
export function makeTinyPack(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const roles: readonly (readonly [Role, FormulaNetwork])[] = [
    ['stylegan2', 'stylegan2'],
    ['e4e', 'e4e'],
    ['color_encoder_b', 'color_encoder'],
    ['color_encoder_gb', 'color_encoder'],
    ['color_encoder_g', 'color_encoder'],
    ['vgg16', 'vgg16'],
    ['vgg19', 'vgg19'],
    ['vggface', 'vggface'],
    ['bisenet', 'bisenet'],
  ]
  for (const [role, network] of roles) writeSafetensors(join(folder, `${role}.safetensors`), tensorsOf(network))
  const looks = (role: Role) => (/^(?:e4e|color_encoder|bisenet)/.test(role) ? { layout: { inputSize: SIZE } } : {})
  const networks = roles.map(([role]) => [
    role,
    { file: `${role}.safetensors`, licence: 'none', source: 'formula', ...looks(role) },
  ])
  const pack = {
    format: 1,
    name: 'tiny',
    title: 'Formula weights for tests',
    size: SIZE,
    styleDim: 512 / NARROWING,
    nLatent: LATENTS,
    networks: Object.fromEntries(networks),
    settings,
  }
  writeFileSync(join(folder, 'pack.json'), JSON.stringify(pack))
  return folder
}

function tensorsOf(network: FormulaNetwork): Record<string, TensorToWrite> {
  const keys = readGoldenKeys()[network === 'stylegan2' ? 'stylegan2_1024' : network] as Record<string, number[]>
  const prefix = network === 'e4e' ? 'encoder.' : network === 'vgg16' || network === 'vgg19' ? 'features.' : ''
  const tensors: Record<string, TensorToWrite> = {}
  for (const [key, full] of Object.entries(keys)) {
    if (!isKept(network, key)) continue
    const shape = full.map(narrowed)
    tensors[prefix + key] = { dtype: 'F32', shape, data: () => formulaTensor(network, key, shape) }
  }
  return tensors
}

/** Numbers of channels are narrowed; kernels, colours and classes are not. */
function narrowed(side: number): number {
  return side < 8 || side === 19 ? side : Math.max(1, Math.round(side / NARROWING))
}

function isKept(network: FormulaNetwork, key: string): boolean {
  const blocks = Math.log2(SIZE) - 2
  const [, group, index] = /^(convs|to_rgbs|styles|noises\.noise)[._](\d+)/.exec(key) ?? []
  if (group === 'convs') return network !== 'stylegan2' || Number(index) < 2 * blocks
  if (group === 'to_rgbs') return Number(index) < blocks
  if (group === 'styles') return Number(index) < LATENTS
  return !/^noises|^fc[678]\.|^conv_out(?:16|32)\.|\.kernel$/.test(key)
}

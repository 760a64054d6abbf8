// The restoration networks of official layout, eight to sixteen times as narrow, as files and as a pack: what tests of the method run
// on, in a second.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { importModels } from '../../src/models/index.ts'
import { formulaValues } from './formula.ts'
import { heRule } from './formula-weights.ts'
import { type OfficialName, officialShapes } from './restore-weights.ts'

/** A file of the official layout, eight to sixteen times as narrow. @param prefix before its names */
export function narrowFile(
  name: OfficialName,
  path: string,
  change: (shapes: Map<string, number[]>) => void = () => {},
  prefix = name === 'detection' ? 'model_state.' : '',
): string {
  const narrow = (n: number, key: string): number => {
    if (n === 1025) return 2 * 64 + 1
    return n < 64
      ? n
      : key.endsWith('_v')
        ? Math.max(n / 16, 1)
        : Math.max(4, n / (name === 'vae' || name.startsWith('mapping') ? 8 : 16))
  }
  const shapes = new Map([...officialShapes(name)].map(([key, shape]) => [key, shape.map((n) => narrow(n, key))]))
  change(shapes)
  mkdirSync(join(path, '..'), { recursive: true })
  writeSafetensors(
    path,
    Object.fromEntries(
      [...shapes].map(([key, shape]) => {
        const count = shape.reduce((a, b) => a * b, 1)
        // The face network divides by products of its tensors: small ones keep it tame.
        const tame = { std: 0.1, mean: key.endsWith('running_var') ? 1 : 0 }
        const { std, mean } = name === 'face' ? tame : heRule(key, shape)
        const data = formulaValues(key, count, std, mean)
        return [prefix + key, { dtype: 'F32' as const, shape, data }]
      }),
    ),
  )
  return path
}

/** Each file, in the folders that the official ones have, with its role. */
export const officialFiles: readonly (readonly [OfficialName, string, string])[] = [
  ['vae', 'VAE_A_quality/latest_net_G', 'restore_vae_a'],
  ['vae', 'VAE_B_quality/latest_net_G', 'restore_vae_b'],
  ['vae', 'VAE_B_scratch/latest_net_G', 'restore_vae_b_scratch'],
  ['mapping_quality', 'mapping_quality/latest_net_mapping_net', 'restore_mapping'],
  ['mapping_scratch', 'mapping_scratch/latest_net_mapping_net', 'restore_mapping_scratch'],
  ['mapping_Patch_Attention', 'mapping_Patch_Attention/latest_net_mapping_net', 'restore_mapping_hr'],
  ['detection', 'detection/FT_Epoch_latest', 'scratch_detector'],
  ['face', 'Setting_9_epoch_100/latest_net_G', 'restore_face_256'],
  ['face', 'FaceSR_512/latest_net_G', 'restore_face_512'],
]

/** Imports them all into a pack. */
export function importNarrow(folder: string, pack: string) {
  const paths = officialFiles.map(([name, path]) => narrowFile(name, join(folder, `${path}.safetensors`)))
  return importModels(paths, { pack })
}

/** Tensors of batch norm behind every convolution of the sequences but the last: what the official code makes with `--norm batch`. */
export function batchNormed(shapes: Map<string, number[]>): void {
  const open = ['decoder.11', 'model.27', 'after_NL.15']
  for (const [key, shape] of [...shapes]) {
    const [, before, place] = /^(.*\.)(\d+)\.weight$/.exec(key) ?? []
    if (before === undefined || shape.length !== 4 || open.includes(`${before}${place}`)) continue
    for (const part of ['weight', 'bias', 'running_mean', 'running_var'])
      shapes.set(`${before}${Number(place) + 1}.${part}`, [shape[0]!])
  }
}

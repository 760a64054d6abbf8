// Restoration's files as people have them: every network is recognised by its tensors, its part by its folder, and what is
// nearly right is named.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { importModels, verifyPack } from '../../src/models/index.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { temporaryFolder } from '../support/checkpoints.ts'
import { formulaValues } from '../support/formula.ts'
import { type OfficialName, officialShapes } from '../support/restore-weights.ts'

process.env.REPHOTO_CACHE = temporaryFolder('restore-cache')

/** A file of the official layout, eight to sixteen times as narrow. */
function fileOf(name: OfficialName, path: string, change: (shapes: Map<string, number[]>) => void = () => {}): string {
  const narrow = (n: number, key: string): number => {
    if (n === 1025) return 2 * 64 + 1
    return n < 64
      ? n
      : key.endsWith('_v')
        ? Math.max(n / 16, 1)
        : Math.max(4, n / (name.startsWith('mapping') ? 8 : 16))
  }
  const shapes = new Map([...officialShapes(name)].map(([key, shape]) => [key, shape.map((n) => narrow(n, key))]))
  change(shapes)
  mkdirSync(join(path, '..'), { recursive: true })
  const prefix = name === 'detection' ? 'model_state.' : ''
  writeSafetensors(
    path,
    Object.fromEntries(
      [...shapes].map(([key, shape]) => {
        const data = formulaValues(
          key,
          shape.reduce((a, b) => a * b, 1),
          0.1,
          key.endsWith('running_var') ? 1 : 0,
        )
        return [prefix + key, { dtype: 'F32' as const, shape, data }]
      }),
    ),
  )
  return path
}

const folder = temporaryFolder('restore-files')
const files: [OfficialName, string, string, string][] = [
  ['vae', 'VAE_A_quality/latest_net_G', 'restore_vae_a', 'autoencoder for restoration, 4 channels'],
  ['vae', 'VAE_B_quality/latest_net_G', 'restore_vae_b', 'autoencoder for restoration, 4 channels'],
  ['vae', 'VAE_B_scratch/latest_net_G', 'restore_vae_b_scratch', 'autoencoder for restoration, 4 channels'],
  ['mapping_quality', 'mapping_quality/latest', 'restore_mapping', 'mapping of latents, 8 channels'],
  [
    'mapping_scratch',
    'mapping_scratch/latest',
    'restore_mapping_scratch',
    'mapping of latents with attention, 8 channels',
  ],
  [
    'mapping_Patch_Attention',
    'mapping_Patch_Attention/latest',
    'restore_mapping_hr',
    'mapping of latents with patch attention, 8 channels',
  ],
  ['detection', 'detection/FT_Epoch_latest', 'scratch_detector', 'scratch detector, 4 to 64 channels'],
  ['face', 'Setting_9_epoch_100/latest_net_G', 'restore_face_256', 'SPADE face generator, 64 to 4 channels'],
  ['face', 'FaceSR_512/latest_net_G', 'restore_face_512', 'SPADE face generator, 64 to 4 channels'],
]

test('the official files go into a pack, each network works', async () => {
  const paths = files.map(([name, path]) => fileOf(name, join(folder, `${path}.safetensors`)))
  const { files: imported, missing } = importModels(paths, { pack: 'old' })
  expect(imported.map(({ networks }) => networks.map(({ role, title }) => [role, title]))).toEqual(
    files.map(([, , role, title]) => [[role, title]]),
  )
  expect(missing).toEqual([])
  expect(await verifyPack('old')).toMatchObject({ ok: true, networks: files.map(() => ({ ok: true })) })
})

test('a name that does not say which is asked for', () => {
  const path = fileOf('vae', join(folder, 'somewhere', 'net.safetensors'))
  expect(() => importModels([path], { pack: 'old' })).toThrow('add --as vae_a, vae_b or vae_b_scratch')
  expect(importModels([path], { pack: 'old', as: 'vae_b' }).files[0]!.networks[0]!.role).toBe('restore_vae_b')
})

test.each<[OfficialName, (shapes: Map<string, number[]>) => void, string]>([
  [
    'vae',
    (s) => s.delete('encoder.4.bias'),
    'looks like an autoencoder of Bringing Old Photos Back to Life but lacks "encoder.4.bias"',
  ],
  [
    'mapping_quality',
    (s) => s.set('model.27.weight', [9, 16, 3, 3]),
    '"model.27.weight" is [9, 16, 3, 3] where [8, 16, 3, 3]',
  ],
  ['mapping_scratch', (s) => s.delete('NL.phi.weight'), 'lacks "NL.phi.weight"'],
  [
    'mapping_Patch_Attention',
    (s) => s.set('NL_scale_2.F_Combine.weight', [64, 128, 3, 3]),
    'NL_scale_2.F_Combine.weight',
  ],
  ['detection', (s) => s.delete('up_path.3.conv_block.block.6.running_var'), 'lacks "up_path.3.conv_block'],
  ['face', (s) => s.delete('up_1.conv_s.weight_u'), 'lacks "up_1.conv_s.weight_u"'],
])('%s with one tensor wrong is refused by name', (name, change, message) => {
  const file = openCheckpoint(fileOf(name, join(folder, 'wrong', `${name}.safetensors`), change))
  expect(() => findNetworks(file)).toThrow(message)
  file.close()
})

// Restoration's files as people have them: every network is recognised by its tensors, its part by its folder, and what is
// nearly right is named.

import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { importModels, verifyPack } from '../../src/models/index.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { temporaryFolder } from '../support/checkpoints.ts'
import { importNarrow, narrowFile, officialFiles } from '../support/restore-pack.ts'
import type { OfficialName } from '../support/restore-weights.ts'

process.env.REPHOTO_CACHE = temporaryFolder('restore-cache')

const folder = temporaryFolder('restore-files')
const titles: Record<OfficialName, string> = {
  vae: 'autoencoder for restoration, 8 channels',
  mapping_quality: 'mapping of latents, 8 channels',
  mapping_scratch: 'mapping of latents with attention, 8 channels',
  mapping_Patch_Attention: 'mapping of latents with patch attention, 8 channels',
  detection: 'scratch detector, 4 to 64 channels',
  face: 'SPADE face generator, 64 to 4 channels',
}

test('the official files go into a pack, each network works', async () => {
  const { files: imported, missing } = importNarrow(folder, 'old')
  expect(imported.map(({ networks }) => networks.map(({ role, title }) => [role, title]))).toEqual(
    officialFiles.map(([name, , role]) => [[role, titles[name]]]),
  )
  expect(missing).toEqual([])
  expect(await verifyPack('old')).toMatchObject({ ok: true, networks: officialFiles.map(() => ({ ok: true })) })
})

test('a name that does not say which is asked for', () => {
  const path = narrowFile('vae', join(folder, 'somewhere', 'net.safetensors'))
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
  const file = openCheckpoint(narrowFile(name, join(folder, 'wrong', `${name}.safetensors`), change))
  expect(() => findNetworks(file)).toThrow(message)
  file.close()
})

// A network is one kind in the list: recognition, import, packs, verify and docs follow. The list here has two toys more.

import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { importModels } from '../../src/models/import.ts'
import { loadPack } from '../../src/models/load.ts'
import { removeModels } from '../../src/models/remove.ts'
import { verifyPack } from '../../src/models/verify.ts'
import { networksTable } from '../../src/networks/document.ts'
import { isRole, type Role, roleTitles } from '../../src/networks/roles.ts'
import { ownCache, temporaryFolder } from '../support/checkpoints.ts'

const cache = ownCache()
const scratch = temporaryFolder('toy')
const toy = 'toy' as Role

vi.mock('../../src/networks/networks.ts', async (original) => ({
  ...(await original<object>()),
  ...(await import('../support/toy-networks.ts')),
}))

function file(name: string, prefix = '', more: Record<string, number[]> = {}): string {
  const path = join(scratch, `${name}.safetensors`)
  const tensor = (shape: number[], data: number[]) => ({ dtype: 'F32' as const, shape, data })
  writeSafetensors(path, {
    [`${prefix}only.weight`]: tensor([2, 3], [1, 2, 3, 4, 5, 6]),
    [`${prefix}only.bias`]: tensor([2], [0, 1]),
    ...Object.fromEntries(Object.entries(more).map(([key, data]) => [prefix + key, tensor([data.length], data)])),
  })
  return path
}

test.each(['', 'params_ema.module.', 'state_dict.netT._orig_mod.'])(
  'recognised, imported, described and tried ("%s" before its names)',
  async (prefix) => {
    const pack = `toys${prefix.length}`
    const { files, missing, folder } = importModels([file('toy', prefix)], { pack })
    expect(folder).toBe(join(cache, 'packs', pack))
    expect(files[0]?.networks).toMatchObject([{ role: 'toy', title: 'toy, 2 wide', tensors: 2, action: 'written' }])
    expect(missing).toEqual([])
    const loaded = loadPack(pack)
    expect(loaded.roles).toEqual(['toy'])
    expect(loaded.layout(toy)).toEqual({ strength: 2 })
    loaded.close()
    const { ok, networks } = await verifyPack(pack)
    // 2·(1 + 2 + 3) and 2·(4 + 5 + 6 + 1)
    expect(networks).toMatchObject([{ role: 'toy', ok: true, output: { shape: [1, 2], mean: 22, std: 10 } }])
    expect(ok).toBe(true)
    expect(removeModels(pack).removed).toEqual(['toy'])
  },
)

test('has a title, and a row in docs/models.md', () => {
  expect(isRole('toy')).toBe(true)
  expect(roleTitles[toy]).toBe('the toy of this test')
  expect(networksTable()).toContain(
    '| `toy`: the toy of this test | `toy.safetensors` | `strength` (2): How strong it is. |',
  )
})

test('what fits two networks is asked for', () => {
  const twin = file('twin', '', { twin: [0] })
  expect(() => importModels([twin], { pack: 'twins' })).toThrow(
    /twin.safetensors: its tensors fit several networks \(\w+, 2 wide, or \w+, 2 wide\); add --as (toy or other_toy|other_toy or toy)$/,
  )
  for (const as of ['toy', 'other_toy'])
    expect(importModels([twin], { pack: 'twins', as }).files[0]?.networks.map(({ role }) => role)).toEqual([as])
})

test('an incomplete one is refused by name', () => {
  const path = join(scratch, 'half.safetensors')
  writeSafetensors(path, { 'only.weight': { dtype: 'F32', shape: [1, 1], data: [1] } })
  expect(() => importModels([path], { pack: 'half' })).toThrow(
    /half.safetensors: looks like a toy but lacks "only.bias"/,
  )
})

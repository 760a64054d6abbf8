// `restore --faces`: by the network of faces where the pack has one, else every clear face is rephotographed after it.

import { expect, it, vi } from 'vitest'
import { withFaces } from '../../src/cli/restore-faces.ts'
import { temporaryFolder } from '../support/checkpoints.ts'
import { importNarrow } from '../support/restore-pack.ts'

process.env.REPHOTO_CACHE = temporaryFolder('restore-faces')
const folder = temporaryFolder('restore-faces-files')
const config = { method: 'restore', input: 'examples/antique-b.png', seed: 3 }

it('leaves it to a pack that has the network', async () => {
  importNarrow(folder, 'old')
  const given = { ...config, pack: 'old', faces: '256' }
  expect(await withFaces(given)).toEqual({ config: given, after: [] })
})

it('rephotographs the faces that there are with one that has not', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  try {
    expect(await withFaces({ ...config, faces: '256' })).toEqual({
      config: { ...config, faces: 'none' },
      after: [{ method: 'rephotograph', seed: 3, align: { face: 1 } }],
    })
    expect(said.mock.calls.map(([text]) => String(text).trim())).toEqual([
      expect.stringMatching(/antique-b\.png: its face is rephotographed after it$/),
    ])
  } finally {
    said.mockRestore()
  }
})

it('does nothing where faces are not asked for', async () => {
  expect(await withFaces(config)).toEqual({ config, after: [] })
})

/** Which way a result goes into its photograph where nobody says: new colours on a large face, a new face on a small one. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import { methods } from '../../src/methods/methods.ts'
import { writeMask } from '../../src/methods/whole.ts'
import type { RunRecord } from '../../src/run/record.ts'
import { aManifest } from '../support/manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-mode-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of a crop with this side in the photograph, turned by 30°, and a result of 100 px. */
async function modeAt(side: number, wanted: 'auto' | 'face' | 'color'): Promise<string | undefined> {
  const [c, s] = [side * Math.cos(Math.PI / 6), side * Math.sin(Math.PI / 6)]
  const quad = [
    [0, 0],
    [-s, c],
    [c - s, c + s],
    [c, s],
  ] as const
  const manifest = aManifest({ crop: { quad, side } as never })
  const record = { folder, manifest } as RunRecord
  await writeMask(record, wanted, { mask: createBitmap(300, 300, 3), result: createBitmap(100, 100, 3) }, false)
  return manifest.paste?.mode
}

it('a result that would be enlarged by more than half gives its colours alone', async () => {
  expect(await modeAt(140, 'auto')).toBe('face')
  expect(await modeAt(160, 'auto')).toBe('color')
  expect(await modeAt(160, 'face')).toBe('face')
  expect(await modeAt(50, 'color')).toBe('color')
})

it('no method has a picture of the name under which the mask is kept', () => {
  expect(readdirSync(folder)).toEqual(['outline.png'])
  for (const { name, pictures } of methods.list)
    expect(
      pictures.map((picture) => picture.name),
      name,
    ).not.toContain('outline')
})

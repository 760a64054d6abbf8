/** A portrait that is too small for the terms that look at it: said before anything is computed. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createBitmap } from '../../src/images/bitmap.ts'
import { PictureError } from '../../src/images/error.ts'
import { writePicture } from '../../src/images/write.ts'
import type { ConfigFragment } from '../../src/methods/rephotograph/config.ts'
import { checkSize } from '../../src/methods/rephotograph/least-size.ts'
import { openSetting } from '../../src/methods/rephotograph/setting.ts'
import { run } from '../../src/methods/runner.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-size-'))
afterAll(() => rmSync(place, { recursive: true }))

const gray = (width: number, height = width) => createBitmap(width, height, 1)

async function checked(config: ConfigFragment, width: number, height = width): Promise<void> {
  const setting = openSetting(config)
  try {
    await checkSize(setting, gray(width, height))
  } finally {
    setting.pack.close()
  }
}

describe('the least size of a portrait', () => {
  it("with the compact pack is what its eyes' windows need, and is named", async () => {
    await expect(checked({}, 24)).rejects.toThrow(
      /^expected an aligned portrait of at least 35 px a side, for the loss eye to look at, found 24×24; take a larger picture, or leave that out with --set losses\.eye\.weight=0$/u,
    )
    await expect(checked({}, 34)).rejects.toThrow('at least 35 px')
    await expect(checked({}, 36, 34)).rejects.toThrow('found 36×34')
    await checked({}, 35)
  })

  it('follows the terms: larger windows take smaller portraits, and without the term there is no such limit', async () => {
    await expect(checked({ losses: { eye: { side: 448 } } }, 16)).rejects.toThrow('at least 18 px')
    await checked({ losses: { eye: { side: 448 } } }, 18)
    await checked({ losses: { eye: { weight: 0 } } }, 16)
  })

  it('is said before a run computes anything, and leaves no folder', async () => {
    const input = join(place, 'tiny.png')
    await writePicture(input, gray(24))
    const out = join(place, 'out')
    const phases: string[] = []
    const refused = run({ config: { input, align: { mode: 'none' } }, out }, (event) => {
      if (event.type === 'phase') phases.push(event.name)
    })
    await expect(refused).rejects.toThrow(PictureError)
    expect(phases).toEqual(['align'])
    expect(existsSync(out)).toBe(false)
  })
})

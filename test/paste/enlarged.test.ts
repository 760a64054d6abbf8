/** An enlarged result in its photograph: it is the one that goes in, compared with as many pixels of the photograph. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { transformQuad } from '../../src/align/transform.ts'
import { type Bitmap, createBitmap, fromPlanar } from '../../src/images/bitmap.ts'
import { toColor } from '../../src/images/gray.ts'
import { resize } from '../../src/images/resample.ts'
import { methods } from '../../src/methods/methods.ts'
import { pasteRuns } from '../../src/methods/whole.ts'
import { runName } from '../../src/run/folder.ts'
import { writeManifest } from '../../src/run/manifest.ts'
import { writeRunPicture } from '../../src/run/pictures.ts'
import { formulaImage } from '../support/formula.ts'
import { aManifest } from '../support/manifest.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-enlarged-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('changes nothing where the result shows what the photograph does, fine structure and all', async () => {
  const photo = toColor(
    fromPlanar(formulaImage('photo', 1, 200, 200), { channels: 1, height: 200, width: 200 }, '01', 'round'),
  )
  const quad = [
    [36, 36],
    [36, 164],
    [164, 164],
    [164, 36],
  ] as const
  const manifest = aManifest({
    method: 'rephotograph',
    paste: { mode: 'face' },
    crop: { quad, side: 128, turn: 0 } as never,
  })
  writeManifest(folder, manifest)
  const square = transformQuad(photo, quad as never, 128, 128)
  const write = (name: string, bitmap: Bitmap) => writeRunPicture(folder, runName.picture(name), bitmap)
  await write('aligned', resize(square, 32, 32, 'bicubic'))
  // Black: were it taken, it would be seen.
  await write('result', createBitmap(32, 32, 3))
  await write('result-large', square)
  await write('outline', createBitmap(32, 32, 1, new Uint8Array(32 * 32).fill(255)))
  const whole = await pasteRuns({ bitmap: photo }, [folder], methods.ofRun)
  const most = whole.data.reduce((max, v, i) => Math.max(max, Math.abs(v - photo.data[i]!)), 0)
  expect(most).toBeLessThanOrEqual(2)
})

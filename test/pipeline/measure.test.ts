// Finished runs measured anew: the same numbers from the folder alone, and more by another pack's judges.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { measureAgain } from '../../src/methods/measure-again.ts'
import { run } from '../../src/methods/runner.ts'
import { readManifest, writeManifest } from '../../src/run/manifest.ts'
import { readMetrics } from '../../src/run/metrics.ts'
import { formulaImage } from '../support/formula.ts'
import { mobileFaceTensors } from '../support/mxnet.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-measure-'))
const folder = join(place, 'run')
const judges = join(place, 'judges')
const metricsFile = join(folder, 'metrics.json')
beforeAll(async () => {
  const pack = makeTinyPack(join(place, 'pack'))
  const picture = join(place, 'input.png')
  const pixels = formulaImage('portrait', 1, 80, 80)
  await writePicture(picture, fromPlanar(pixels, { channels: 1, height: 80, width: 80 }, '01', 'round'))
  const truth = { picture, degradation: { response: { gamma: 1.2, offset: 0, gain: 1 } } }
  await run({ config: { ...tinyConfig(pack, picture), optimize: { steps: [1, 1] }, truth }, out: folder })
  mkdirSync(judges)
  const tensors = [...mobileFaceTensors()].map(([name, { shape, data }]) => [
    name.replace(/^(?:arg|aux):/u, ''),
    { dtype: 'F32' as const, shape, data },
  ])
  writeSafetensors(join(judges, 'arcface.safetensors'), Object.fromEntries(tensors))
  const arcface = { file: 'arcface.safetensors', licence: 'none', source: 'formula' }
  writeFileSync(
    join(judges, 'pack.json'),
    JSON.stringify({ format: 1, name: 'judges', title: 'Judges', networks: { arcface } }),
  )
})
afterAll(() => rmSync(place, { recursive: true }))

describe('a finished run measured anew', () => {
  it('has the numbers that it had, camera and truth among them', async () => {
    const before = readFileSync(metricsFile, 'utf8')
    expect(Object.keys(readMetrics(folder)!)).toEqual(expect.arrayContaining(['truth.psnr', 'camera.response.gamma']))
    writeFileSync(metricsFile, '{}')
    await measureAgain(folder)
    expect(readFileSync(metricsFile, 'utf8')).toBe(before)
  })

  it('is judged by the networks of another pack as well', async () => {
    const metrics = await measureAgain(folder, { judges })
    for (const key of ['arcface.input', 'sibling.arcface.input', 'truth.arcface'])
      expect(Math.abs(metrics[key]!), key).toBeLessThanOrEqual(1)
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('ArcFace cosine with the input')
  })

  it('is refused while it is not complete', async () => {
    const manifest = readManifest(folder)
    writeManifest(folder, { ...manifest, status: 'partial' })
    await expect(measureAgain(folder)).rejects.toThrow(/expected a complete run, found one that is partial/u)
    writeManifest(folder, manifest)
  })
})

// MobileFaceNet on the graph, and MXNet's files that it comes in. The numbers of the official file are not here (its licence is for
// research); what is held is that file and network go together, and what the network is made of.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openCheckpoint } from '../../src/checkpoint/open.ts'
import { runOnce } from '../../src/engine/executable.ts'
import { evaluate } from '../../src/engine/reference.ts'
import { arcfaceCrop } from '../../src/features/arcface-crop.ts'
import { mobileFaceNet } from '../../src/features/mobile-face-net.ts'
import { input } from '../../src/graph/tensor.ts'
import { Weights } from '../../src/graph/weights.ts'
import { createBitmap } from '../../src/images/bitmap.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'
import { formulaValues } from '../support/formula.ts'
import { mobileFaceTensors, mxnetFile } from '../support/mxnet.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-arcface-'))
const path = join(folder, 'model-0000.params')
writeFileSync(path, mxnetFile(mobileFaceTensors()))
afterAll(() => rmSync(folder, { recursive: true }))

describe('a MobileFaceNet in MXNet’s file', () => {
  it('is recognised by its tensors, with the counts of its own', () => {
    const file = openCheckpoint(path)
    expect(file.container).toBe('mxnet')
    const [found, ...others] = findNetworks(file)
    expect(others).toEqual([])
    expect(found).toMatchObject({ role: 'arcface', title: 'MobileFaceNet, 16 numbers' })
    const key = 'dconv_23_conv_dw_conv2d_weight'
    expect([...file.read(key)]).toEqual([...mobileFaceTensors().get(`arg:${key}`)!.data])
    file.close()
  })

  it('gives descriptors of length 1, the same in float32 as in float64', async () => {
    const file = openCheckpoint(path)
    const face = input('face', [1, 3, 112, 112])
    const y = mobileFaceNet(new Weights(file, 'arcface'), face)
    expect(y.shape).toEqual([1, 16])
    const feeds = { face: formulaValues('face', 3 * 112 * 112) }
    const exact = evaluate([y], feeds)[0]!
    expect(exact.reduce((sum, v) => sum + v * v, 0)).toBeCloseTo(1, 12)
    const { y: single } = await runOnce({ y }, feeds)
    for (const [i, v] of exact.entries()) expect(Math.abs(single![i]! - v)).toBeLessThan(1e-4)
    file.close()
  })

  it.each([
    [
      'cut off',
      (bytes: Buffer) => bytes.subarray(0, bytes.length - 5),
      /ends in the middle of a name; the file is incomplete/u,
    ],
    ['cut off in its numbers', (bytes: Buffer) => bytes.subarray(0, 4000), /ends in the middle of array \d+/u],
    [
      'with more arrays than bytes',
      (bytes: Buffer) => {
        const changed = Buffer.from(bytes)
        changed.writeBigUInt64LE(2n ** 40n, 16)
        return changed
      },
      /expected at most 100000 of its arrays, found 1099511627776/u,
    ],
  ])('%s: refused in one line', (name, change, message) => {
    const broken = join(folder, `${name.replaceAll(' ', '-')}.params`)
    writeFileSync(broken, change(mxnetFile(mobileFaceTensors())))
    expect(() => openCheckpoint(broken)).toThrow(message)
  })
})

it('the crop puts the eyes of an aligned picture where ArcFace has them', () => {
  const side = 256
  const picture = createBitmap(side, side, 1)
  const spot = (x: number, y: number) => {
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) picture.data[(Math.round(y) + dy) * side + Math.round(x) + dx] = 255
  }
  spot(0.3795 * side, 0.4725 * side)
  spot(0.6 * side, 0.727 * side)
  const crop = arcfaceCrop(picture)
  const centre = (top: number, bottom: number) => {
    let [sum, x, y] = [0, 0, 0]
    for (let row = top; row < bottom; row++)
      for (let column = 0; column < 112; column++) {
        const value = crop.data[(row * 112 + column) * 3]!
        sum += value
        x += value * column
        y += value * row
      }
    return [x / sum, y / sum]
  }
  const [eyeX, eyeY] = centre(0, 70)
  const [mouthX, mouthY] = centre(70, 112)
  // The mean alignment is not exactly ArcFace's: the best similarity leaves up to two pixels.
  expect(Math.hypot(eyeX! - 38.3, eyeY! - 51.7)).toBeLessThan(2.5)
  expect(Math.hypot(mouthX! - 70.7, mouthY! - 92.2)).toBeLessThan(2.5)
})

// The learnable camera against the reference implementation: every sensitivity and blur at 1024 → 256, and the two sizes
// with quirks of their own.

import { expect, test } from 'vitest'
import { degradationStages, degrade } from '../../src/degrade/degrade.ts'
import type { Sensitivity } from '../../src/degrade/spectral.ts'
import { mul } from '../../src/graph/elementwise.ts'
import { gradients } from '../../src/graph/gradients.ts'
import { sum } from '../../src/graph/reduce.ts'
import { constant, input } from '../../src/graph/tensor.ts'
import { runOnce } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { readGolden } from '../support/golden.ts'
import { expectGradient, expectNear, expectSummary, type Summary } from '../support/summary.ts'

interface Case {
  out: Summary
  grad_in?: Summary
  grad_camera?: [number, number, number]
}

const golden = readGolden<Record<string, Case>>('degrade')
const { salt, ...cases } = golden

for (const [name, expected] of Object.entries(cases) as [string, Case][])
  test(name, async () => {
    const [sensitivity, radius, size] = name.split('_') as [Sensitivity, string, string]
    const side = size === 'full' ? 1024 : Number(size)
    const stages = degradationStages({
      blur: { radius: Number(radius), kernel: 'reference', unit: 'pixels' },
      downsample: { kernel: 'reference', grid: 'reference' },
      spectral: { sensitivity },
      response: { learn: true, gamma: 1, offset: 0, gain: 1 },
    })
    const image = input('image', [1, 3, 1024, 1024])
    const camera = { gamma: input('gamma', [1]), offset: input('offset', [1]), gain: input('gain', [1]) }
    const named = Object.fromEntries(Object.entries(camera).map(([k, t]) => [`response.${k}`, t]))
    const out = degrade(stages, image, named, { height: side, width: side })
    const outputs = { out }
    const feeds = {
      image: formulaImage('degrade/input', 3, 1024, 1024, salt).map((v) => 2.4 * v - 1.2),
      gamma: [0.8],
      offset: [0.05],
      gain: [0.9],
    }
    if (expected.grad_in) {
      const dy = constant(formulaValues('degrade/dy', 3 * side * side, 1, 0, salt), [1, 3, side, side])
      const slopes = gradients(sum(mul(out, dy)), [image, ...Object.values(camera)])
      Object.assign(outputs, Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])))
    }
    const got = await runOnce(outputs, feeds)
    expectSummary(got.out!, expected.out, 1e-4, 'degraded')
    if (!expected.grad_in || !expected.grad_camera) return
    expectGradient((got as Record<string, Float32Array>).g0!, expected.grad_in, 1e-3, 'gradient of the image')
    expected.grad_camera.forEach((g, i) => {
      expectNear((got as Record<string, Float32Array>)[`g${i + 1}`]![0]!, g, 1e-3, `gradient of camera parameter ${i}`)
    })
  })

test('a Gaussian that is one misses the gate', async () => {
  const stages = degradationStages({
    blur: { radius: 3, kernel: 'gaussian', unit: 'pixels' },
    downsample: { kernel: 'reference', grid: 'reference' },
    spectral: { sensitivity: 'b' },
  })
  const image = input('image', [1, 3, 1024, 1024])
  const got = await runOnce(
    { out: degrade(stages, image, {}, { height: 256, width: 256 }) },
    { image: formulaImage('degrade/input', 3, 1024, 1024, salt) },
  )
  expect(() => expectSummary(got.out!, cases.b_3_256!.out, 1e-4, 'degraded')).toThrow()
})

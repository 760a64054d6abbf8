// The whole objective at 512 px with full-size networks, mid-run: every loss, and its gradient for each latent layer,
// noise map and camera number, against the reference implementation.

import { expect, test } from 'vitest'
import { Executable } from '../../src/engine/executable.ts'
import { generatorShape } from '../../src/generator/stylegan2.ts'
import { Synthesizer } from '../../src/generator/synthesis.ts'
import { gradients } from '../../src/graph/gradients.ts'
import type { Tensor } from '../../src/graph/tensor.ts'
import { buildObjective } from '../../src/methods/rephotograph/objective.ts'
import { underTest } from '../support/device.ts'
import { formulaImage, formulaValues } from '../support/formula.ts'
import { full } from '../support/full.ts'
import { readGolden } from '../support/golden.ts'
import { goldenDegradation, goldenDraws, goldenLosses, goldenNetworks } from '../support/golden-setup.ts'
import { expectGradient, expectNear, type Summary } from '../support/summary.ts'

interface Gradients {
  latent: Summary[]
  noise: Summary[]
  camera: number[]
}

const golden = readGolden<{
  size: number
  camera: [number, number, number]
  crop: [number, number]
  total: number
  losses: Record<string, number>
  weights: Record<string, number>
  grad_total: Gradients
  grad_each: Record<string, Gradients>
}>('objective')
const { salt, size } = golden
const termNames = {
  face: 'face',
  eye: 'eye',
  contextual: 'contextual',
  color_transfer: 'colorTransfer',
  noise: 'noise',
}

test('losses and gradients', { timeout: 3_600_000 }, async () => {
  const network = goldenNetworks(salt, size)
  const { latents, noiseSides } = generatorShape(network('stylegan2'))
  const objective = buildObjective({
    network,
    degradation: goldenDegradation,
    losses: goldenLosses,
    target: { height: size, width: size },
    coarseLatents: latents,
  })
  const latent = formulaValues('latent', latents * 512, 1, 0, salt)
  const noise = noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r, 1, 0, salt))

  const synthesizer = await Synthesizer.compile(network('stylegan2'))
  const sibling = await synthesizer.run(latent, noise)
  await synthesizer.dispose()
  const gray = formulaImage('target', 1, size, size, salt).map((v) => 2 * v - 1)
  const given: Record<string, Float32Array> = { target: Float32Array.from([...gray, ...gray, ...gray]) }
  for (const which of ['first', 'fresh']) {
    given[`${which}/image`] = sibling.image
    sibling.rgbs.forEach((rgb, i) => {
      given[`${which}/rgb${i}`] = rgb
    })
  }
  const prepare = await Executable.compile({ outputs: objective.prepared }, underTest)
  const prepared = await prepare.run(given)
  await prepare.dispose()

  const shift = formulaValues('shift', latent.length, 1, 0, salt)
  const feeds: Record<string, Float32Array | number[]> = {
    ...prepared,
    ...goldenDraws(golden.crop),
    latent: latent.map((v, i) => v + 0.1 * shift[i]!),
    ...Object.fromEntries(noise.map((map, i) => [`noise/${i}`, map])),
  }
  ;['gamma', 'offset', 'gain'].forEach((name, i) => {
    feeds[`camera/response.${name}`] = [golden.camera[i]!]
  })
  for (const [key, name] of Object.entries(termNames)) feeds[`weight/${name}`] = [golden.weights[key]!]

  const camera = ['gamma', 'offset', 'gain'].map((name) => objective.camera[`response.${name}`]!.tensor)
  const parameters = [objective.latent, ...objective.noise, ...camera]
  const losses: Record<string, Tensor> = { total: objective.total }
  for (const [key, name] of Object.entries(termNames)) losses[key] = objective.terms[name]!.loss
  const compare = async (loss: Tensor, expected: Gradients, what: string): Promise<void> => {
    const slopes = gradients(loss, parameters)
    const executable = await Executable.compile(
      {
        outputs: { ...losses, ...Object.fromEntries(slopes.map((g, i) => [`g${i}`, g])) },
      },
      underTest,
    )
    const out = await executable.run(feeds)
    await executable.dispose()
    expectNear(out.total![0]!, golden.total, 1e-4, 'total')
    for (const [key, value] of Object.entries(golden.losses)) expectNear(out[key]![0]!, value, 1e-4, key)
    expected.latent.forEach((g, i) => {
      expectGradient(out.g0!.subarray(i * 512, (i + 1) * 512), g, 1e-3, `${what}: gradient of latent ${i}`)
    })
    expected.noise.forEach((g, i) => {
      expectGradient(out[`g${i + 1}`]!, g, 1e-3, `${what}: gradient of noise ${i}`)
    })
    expected.camera.forEach((g, i) => {
      const got = out[`g${expected.noise.length + 1 + i}`]![0]!
      if (g === 0) expect(got).toBe(0)
      else expectNear(got, g, 1e-3, `${what}: gradient of camera number ${i}`)
    })
  }
  await compare(objective.total, golden.grad_total, 'total')
  if (full) for (const [key, expected] of Object.entries(golden.grad_each)) await compare(losses[key]!, expected, key)
})

// Rates that rise and fall: what is fed to the step, by the whole run.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { portraitCourse } from '../../src/methods/rephotograph/course.ts'
import { networkOf } from '../../src/methods/rephotograph/networks.ts'
import { objectiveOf } from '../../src/methods/rephotograph/objective-of.ts'
import { openSetting } from '../../src/methods/rephotograph/setting.ts'
import { formulaValues } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

it('rates rise linearly, stay, and fall along half a cosine over all stages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-ramp-'))
  const ramp = { up: 0.2, down: 0.5 }
  const setting = openSetting({
    ...tinyConfig(makeTinyPack(folder), 'none.png'),
    optimize: { steps: [5, 5], lr: 0.1, noiseLr: 0.2, cameraLr: 0.3, ramp },
  })
  const { config, shape, pack } = setting
  const side = { width: shape.size, height: shape.size }
  const options = {
    network: networkOf(pack),
    degradation: config.degradation,
    losses: config.losses,
    optimize: config.optimize,
    seed: 1,
    target: { side, data: formulaValues('target', 3 * shape.size ** 2) },
    start: {
      latent: formulaValues('latent', shape.latents * shape.styleDim),
      noise: shape.noiseSides.map((r) => formulaValues('noise', r * r)),
    },
  }
  const course = portraitCourse(objectiveOf(options), options)
  const rates = (name: string) =>
    Array.from({ length: 10 }, (_, step) => {
      const feeds = course.feeds({ stage: step < 5 ? 0 : 1, step, totalSteps: 10, plan: { step, totalSteps: 10 } })
      return Number((feeds[name] as number[])[0])
    })
  const down = (left: number) => 0.5 - 0.5 * Math.cos((Math.PI * left) / 0.5)
  const expected = [0.5, 1, 1, 1, 1, 1, down(0.4), down(0.3), down(0.2), down(0.1)]
  for (const [name, lr] of [
    ['lr/latent', 0.1],
    ['lr/noise', 0.2],
    ['lr/camera/response.gamma', 0.3],
  ] as const)
    for (const [i, rate] of rates(name).entries()) expect(rate / lr, `${name} ${i}`).toBeCloseTo(expected[i]!, 6)
  // The rise says nothing; a stage ends at its planned end, or where the fall begins; the fall is never cut.
  const next = Array.from({ length: 10 }, (_, step) => course.goesOn!(step < 5 ? 0 : 1, { step, totalSteps: 10 }))
  expect(next).toEqual([undefined, 5, 5, 5, 5, ...Array(5).fill(undefined)])
  const later = { ...options, optimize: { ...config.optimize, ramp: { up: 0, down: 0.3 } } }
  const goesOn = portraitCourse(objectiveOf(later), later).goesOn!
  expect([0, 5, 6, 7].map((step) => goesOn(step < 5 ? 0 : 1, { step, totalSteps: 10 }))).toEqual([5, 7, 7, undefined])
  pack.close()
  rmSync(folder, { recursive: true })
})

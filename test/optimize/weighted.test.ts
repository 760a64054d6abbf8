// What losses.csv, the progress line and the report show of a term is what it counts: for every shipped config and every
// stage the weighted losses add up to the total. (They were once computed anew from the config, which does not know the
// weight of the stages' own likelihoods.)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { presetNames } from '../../src/config/index.ts'
import { kindOf, loadConfig, mergeConfigs } from '../../src/methods/configs.ts'
import { type ConfigFragment, portraitConfig } from '../../src/methods/rephotograph/config.ts'
import { networkOf } from '../../src/methods/rephotograph/networks.ts'
import { optimize } from '../../src/methods/rephotograph/optimize.ts'
import { openSetting } from '../../src/methods/rephotograph/setting.ts'
import type { StepReport } from '../../src/optimize/descent.ts'
import { formulaValues } from '../support/formula.ts'
import { makeTinyPack, tinyConfig } from '../support/tiny-pack.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rephoto-weighted-'))
  makeTinyPack(join(folder, 'pack'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function reportsOf(change: ConfigFragment): Promise<StepReport[]> {
  const small = { optimize: { steps: [1, 1], coarseMin: 16 } }
  const setting = openSetting(
    portraitConfig(mergeConfigs([change, tinyConfig(join(folder, 'pack'), 'none.png'), small])),
  )
  const { config, shape } = setting
  const side = { width: shape.size, height: shape.size }
  const reports: StepReport[] = []
  await optimize(
    {
      network: networkOf(setting.pack),
      degradation: config.degradation,
      losses: config.losses,
      optimize: config.optimize,
      seed: 1,
      target: { side, data: formulaValues('target', 3 * shape.size ** 2, 0.3) },
      start: {
        latent: formulaValues('latent', shape.latents * shape.styleDim),
        noise: shape.noiseSides.map((r, i) => formulaValues(`noise/${i}`, r * r)),
      },
    },
    { onStep: (report) => void reports.push(report) },
  )
  setting.pack.close()
  return reports
}

describe('weighted losses add up to the total', () => {
  const configs: Record<string, ConfigFragment> = {
    ...Object.fromEntries(
      presetNames()
        .map((name) => [name, loadConfig(name)] as const)
        .filter(([, config]) => kindOf(config).method === 'rephotograph'),
    ),
    'with grain, which has a likelihood of its own': { degradation: { grain: {} } },
  }
  test.each(Object.entries(configs))('%s', async (_, config) => {
    const reports = await reportsOf(config)
    expect(reports.map(({ stage }) => stage)).toEqual([0, 1])
    for (const { losses, total } of reports) {
      const sum = Object.values(losses).reduce((all, { weighted }) => all + weighted, 0)
      expect(Math.abs(sum - total)).toBeLessThan(1e-5 * Math.abs(total))
      expect(Object.values(losses).every(({ weighted }) => weighted >= 0)).toBe(true)
    }
  })
})

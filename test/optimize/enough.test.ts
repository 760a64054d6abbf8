// Stages that end when nothing is gained: by the losses as they were, in one go or resumed from any step.

import { expect, it } from 'vitest'
import { square, sub } from '../../src/graph/elementwise.ts'
import { input } from '../../src/graph/tensor.ts'
import { descend, type Snapshot, type StepReport } from '../../src/optimize/descent.ts'
import { hasEnough } from '../../src/optimize/enough.ts'
import type { Course } from '../../src/optimize/problem.ts'
import type { EndedStage } from '../../src/optimize/schedule.ts'

const STEPS = [60, 60] as const
/** The last planned steps, in which rates would fall. */
const FALL = 110

/** (x − 1)² by Adam: it falls for a dozen steps and then swings. */
const course = (gain: number): Course => {
  const x = input('x', [1])
  return {
    problem: {
      name: 'parabola',
      variables: { x: { tensor: x, rate: input('lr', [1]) } },
      terms: { near: { loss: square(sub(x, 1)), weight: 1 } },
      views: {},
      draws: [],
      held: {},
      prepared: {},
    },
    steps: STEPS,
    enough: { gain, window: 5 },
    goesOn: (stage, { step }) => (step < FALL ? Math.min(FALL, 60 * (stage + 1)) : undefined),
    seed: 0,
    start: { x: [0] },
    feeds: ({ stage, plan }) => ({ lr: [stage === 0 ? 0.1 : 0.2 * Math.min(1, (120 - plan.step) / 10)] }),
    told: ['x'],
  }
}

async function walk(gain: number, resume?: Snapshot) {
  const [reports, ended, snapshots]: [StepReport[], EndedStage[], Snapshot[]] = [[], [], []]
  const { finished, snapshot } = await descend(
    course(gain),
    {
      optimizer: { name: 'adam', betas: [0.9, 0.999], eps: 1e-8 },
      compile: { threads: 1 },
      ...(resume && { resume }),
    },
    {
      onEnough: (one) => ended.push(one),
      onStep: async (report, snapshot) => {
        reports.push(report)
        snapshots.push(await snapshot())
      },
    },
  )
  return { reports, ended, snapshots, finished, snapshot }
}

it('is a fall of the mean by less than its share, and never for a share of 0', () => {
  const falling = [4, 4, 2, 2]
  expect(hasEnough(falling, { gain: 0.51, window: 2 })).toBe(true)
  expect(hasEnough(falling, { gain: 0.49, window: 2 })).toBe(false)
  expect(hasEnough([9, 2, 2, 2, 3], { gain: 0, window: 2 })).toBe(false)
  expect(hasEnough([2, 2, 2], { gain: 0.5, window: 2 }), 'less than two windows').toBe(false)
  // A likelihood may be below zero: −2 is less than −1, and all the better.
  expect(hasEnough([-1, -2], { gain: 0.5, window: 1 })).toBe(false)
})

it('ends a stage at the first step by which two windows say so, and walks the fall whole', async () => {
  const { reports, ended, finished, snapshot } = await walk(0.1)
  const whole = await walk(0)
  expect(whole.reports).toHaveLength(120)
  const losses = whole.reports.slice(0, 60).map(({ total }) => total)
  const mean = (from: number) => losses.slice(from, from + 5).reduce((a, b) => a + b) / 5
  const first = losses.findIndex((_, i) => i >= 9 && mean(i - 9) - mean(i - 4) < 0.1 * mean(i - 9)) + 1
  expect(first).toBeLessThan(60)
  const second = ended[1]!.steps
  expect(ended).toEqual([
    { stage: 0, steps: first, planned: 60 },
    { stage: 1, steps: second, planned: 60 },
  ])
  expect(second).toBeLessThan(60)
  expect([finished, snapshot.step, reports.length]).toEqual([true, first + second, first + second])
  expect(reports.map(({ step }) => step)).toEqual(reports.map((_, i) => i))
  const plans = reports.map(({ plan }) => plan.step)
  expect(plans.slice(0, first)).toEqual(Array.from({ length: first }, (_, i) => i))
  expect(plans[first]).toBe(60)
  expect(plans.slice(-10)).toEqual([110, 111, 112, 113, 114, 115, 116, 117, 118, 119])
  const totals = reports.map(({ totalSteps }) => totalSteps)
  expect([totals[0], totals[first - 1], totals.at(-1)]).toEqual([120, 60 + first, first + second])
})

it('resumed after any step it ends like one that was not', async () => {
  const { reports, ended, snapshots, snapshot } = await walk(0.1)
  const first = ended[0]!.steps
  for (const step of [3, first - 1, first, first + 1, reports.length - 11, reports.length - 9, reports.length]) {
    const again = await walk(0.1, snapshots[step - 1])
    expect(again.snapshot, `after step ${step}`).toEqual(snapshot)
    expect(again.ended, `after step ${step}`).toEqual(ended)
  }
})

// L-BFGS against torch.optim.LBFGS (2.15, float64, max_iter 1, history 5) on Rosenbrock's function in six dimensions; and what
// the loop asks of a driver: a projection, an exact continuation.

import { expect, test } from 'vitest'
import { add, clamp, mul, square, sub } from '../../src/graph/elementwise.ts'
import { reshape, sliceAxis } from '../../src/graph/layout.ts'
import { sum } from '../../src/graph/reduce.ts'
import { input } from '../../src/graph/tensor.ts'
import { type DescentOptions, descend, type Snapshot } from '../../src/optimize/descent.ts'
import type { Course } from '../../src/optimize/problem.ts'
import { expectNear } from '../support/summary.ts'

const expected = {
  none: {
    losses: [
      129.262, 117.44053, 104.90619, 93.256574, 82.642768, 73.076995, 64.508052, 56.864453, 50.072862, 44.063545,
      38.768919, 34.121434,
    ],
    x: [-0.914018, 0.68129, -0.245956, 0.69067, 0.983009, -0.166244],
  },
  'strong-wolfe': {
    losses: [129.262, 49.372794, 26.158326, 12.651879, 7.081243, 5.162135, 5.1325829, 5.1204368],
    x: [-0.395101, 0.323598, 0.241451, 0.174372, 0.119406, 0.00960977],
  },
} as const

function rosenbrock(rate: number, steps: number, bound?: number): Course {
  const x = input('x', [6])
  const [head, tail] = [sliceAxis(x, 0, 0, 5), sliceAxis(x, 0, 1, 6)]
  const loss = sum(add(mul(square(sub(tail, square(head))), 10), square(sub(1, head))))
  return {
    problem: {
      name: 'Rosenbrock',
      variables: {
        x: {
          tensor: x,
          rate: input('lr', [1]),
          ...(bound !== undefined && { project: (next) => clamp(next, -bound, bound) }),
        },
      },
      terms: { valley: { loss: reshape(loss, [1]), weight: 1 } },
      views: {},
      draws: [],
      held: {},
      prepared: {},
    },
    steps: [steps],
    seed: 0,
    start: { x: [-1.2, 1, -0.5, 0.8, 1.5, -0.7] },
    feeds: () => ({ lr: [rate] }),
    told: [],
  }
}

async function walk(course: Course, options: DescentOptions, saveAt?: number) {
  const losses: number[] = []
  let saved: Snapshot | undefined
  const { snapshot } = await descend(course, options, {
    onStep: async ({ total, step }, snapshot) => {
      losses.push(total)
      if (step + 1 === saveAt) saved = await snapshot()
    },
  })
  return { losses, snapshot, saved }
}

const threads = { threads: 1 }

test.each(['none', 'strong-wolfe'] as const)('goes where torch goes, line search: %s', async (lineSearch) => {
  const { losses, x } = expected[lineSearch]
  const optimizer = { name: 'lbfgs', history: 5, lineSearch } as const
  const walked = await walk(rosenbrock(lineSearch === 'none' ? 0.1 : 1, losses.length), { optimizer, compile: threads })
  walked.losses.forEach((loss, i) => {
    expectNear(loss, losses[i]!, 2e-3, `loss before step ${i + 1}`)
  })
  walked.snapshot.tensors.x!.data.forEach((value, i) => {
    expect(value).toBeCloseTo(x[i]!, 2)
  })
})

test('keeps to its bounds', async () => {
  const optimizer = { name: 'lbfgs', history: 5, lineSearch: 'none' } as const
  const { losses } = await walk(rosenbrock(0.1, 40, 0.5), { optimizer, compile: threads })
  // The valley's floor at 1 is out of reach; at the bound the first five numbers cost at least 0.25 each.
  expect(losses.at(-1)!).toBeGreaterThan(1.25)
  expect(losses.at(-1)!).toBeLessThan(losses[1]!)
})

test.each(['none', 'strong-wolfe'] as const)(
  'continued, it ends to the bit like one that was not: %s',
  async (search) => {
    const optimizer = { name: 'lbfgs', history: 3, lineSearch: search } as const
    const whole = await walk(rosenbrock(0.1, 12), { optimizer, compile: threads }, 7)
    const rest = await walk(rosenbrock(0.1, 12), { optimizer, compile: threads, resume: whole.saved! })
    expect(rest.losses).toEqual(whole.losses.slice(7))
    expect(rest.snapshot).toEqual(whole.snapshot)
  },
)

import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { drawOf } from '../../src/synth/draw.ts'
import { loadRecipe, planOf } from '../../src/synth/recipe.ts'

const draws = (schema: z.ZodType, spec: unknown, count: number, seed = 3): unknown[] => {
  const draw = drawOf(schema, spec, ['key'], 'recipe')
  return Array.from({ length: count }, (_, i) => draw(seed, i))
}

describe('what a recipe says of a value', () => {
  it('is the value itself where the schema accepts it, a pair included', () => {
    expect(draws(z.number(), 0.5, 3)).toEqual([0.5, 0.5, 0.5])
    expect(draws(z.tuple([z.number(), z.number()]), [1, 2], 2)).toEqual([
      [1, 2],
      [1, 2],
    ])
    expect(draws(z.number().nullable(), null, 1)).toEqual([null])
  })

  it('is a range of numbers, evenly filled, and of whole ones with both ends', () => {
    const values = draws(z.number(), [2, 4], 4000) as number[]
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2)
    expect(Math.max(...values)).toBeLessThanOrEqual(4)
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(3, 1)
    expect(new Set(draws(z.int(), [1, 3], 200))).toEqual(new Set([1, 2, 3]))
  })

  it('is within its range also where that is finer than what is recorded', () => {
    for (const value of draws(z.number().gt(0), [0.00002, 0.00004], 20) as number[]) {
      expect(value).toBeGreaterThanOrEqual(0.00002)
      expect(value).toBeLessThanOrEqual(0.00004)
    }
  })

  it('is a choice, each as often as the others in every block', () => {
    const films = ['b', 'gb', 'g']
    const chosen = draws(z.enum(['b', 'gb', 'g']), films, 12) as string[]
    for (let block = 0; block < 12; block += 3) expect(chosen.slice(block, block + 3).sort()).toEqual(['b', 'g', 'gb'])
    expect(new Set([chosen.slice(0, 3), chosen.slice(3, 6), chosen.slice(6, 9)].map(String)).size).toBeGreaterThan(1)
  })

  it('goes into objects and lists; what varies elsewhere leaves a key as it was', () => {
    const schema = z.strictObject({ a: z.number(), list: z.array(z.number()).length(3) })
    const one = draws(schema, { a: [0, 1], list: [[0, 1], 7, [0, 1]] }, 1)[0] as { a: number; list: number[] }
    const other = draws(schema, { a: [0, 1], list: [1, 2, 3] }, 1)[0] as { a: number }
    expect(one.list[1]).toBe(7)
    expect(one.list[0]).not.toBe(one.list[2])
    expect(other.a).toBe(one.a)
  })

  it.each([
    [
      { degradation: { blur: { radius: [2, 1] } } },
      /degradation\.blur\.radius: expected a range \[from, to\] with from ≤ to/u,
    ],
    [
      { degradation: { blur: { radius: 'much' } } },
      /degradation\.blur\.radius: expected a number ≥ 0 and ≤ 128, or a range/u,
    ],
    [{ degradation: { blurr: {} } }, /degradation\.blurr: unknown key; there are blur/u],
    [{ degradation: { spectral: { sensitivity: ['b', 'r'] } } }, /spectral\.sensitivity: expected one of/u],
    [{ noise: { deviation: [-1, 1] } }, /noise\.deviation: expected/u],
    [{ count: 0 }, /count: expected a whole number ≥ 1/u],
    [{ tuncation: 1 }, /tuncation: unknown key; the nearest valid key is truncation/u],
  ] as const)('mistakes are said where they are: %j', (recipe, message) => {
    expect(() => planOf(recipe as never)).toThrow(message)
  })

  it.each(['film', 'painting'])('the shipped recipe %s can be drawn from', (name) => {
    const plan = planOf(loadRecipe(new URL(`../../experiments/sets/${name}.json5`, import.meta.url).pathname))
    for (let i = 0; i < plan.count!; i++)
      expect(Object.keys(plan.degradation(plan.seed, i) as object).length).toBeGreaterThan(1)
  })
})

// Maxima and where they are, against a plain loop, in every executor.

import { describe, expect, test } from 'vitest'
import { evaluate } from '../../src/engine/reference.ts'
import { columnMaxima, type Maxima, rowMaxima } from '../../src/graph/argmax.ts'
import { gather, gatherElements, scatterAdd } from '../../src/graph/gather.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { checkOp, expectClose } from '../support/check.ts'
import { runOnce } from '../support/device.ts'
import { formulaValues } from '../support/formula.ts'
import { runOnTfjs } from '../support/tfjs.ts'

/** The first largest element of each row. */
function expected(rows: number[][]): { value: number[]; index: number[] } {
  const index = rows.map((row) => row.indexOf(Math.max(...row)))
  return { value: rows.map((row, i) => row[index[i]!]!), index }
}

/** Places as float32 numbers, which is what executors give out. */
function asNumbers(index: Tensor, most: number): Tensor {
  return gather(
    constant(
      Array.from({ length: most }, (_, i) => i),
      [most],
    ),
    index,
    0,
  )
}

async function expectMaxima(find: (x: Tensor) => Maxima, along: 0 | 1, m: number, n: number, data: number[]) {
  const row = (i: number): number[] => data.slice(i * n, (i + 1) * n)
  const rows = Array.from({ length: m }, (_, i) => row(i))
  const columns = Array.from({ length: n }, (_, j) => rows.map((r) => r[j]!))
  const { value, index } = expected(along === 1 ? rows : columns)
  const found = find(input('x', [m, n]))
  const outputs = { value: found.value, index: asNumbers(found.index, along === 1 ? n : m) }
  const feeds = { x: data }
  const exact = evaluate(Object.values(outputs), feeds)
  for (const got of [
    { value: exact[0]!, index: exact[1]! },
    await runOnce(outputs, feeds),
    await runOnTfjs(outputs, feeds),
  ]) {
    expectClose(got.value!, value, 1e-6, 'values')
    expect(Array.from(got.index!)).toEqual(index)
  }
}

describe.each([
  ['rows', rowMaxima, 1],
  ['columns', columnMaxima, 0],
] as const)('maxima of %s', (_, find, along) => {
  test.each([
    [6, 12],
    [16, 9],
    [1, 7],
    [7, 1],
    [5, 13],
  ])('%i × %i', (m, n) => {
    const data = Array.from(formulaValues('maxima', m * n), Math.fround)
    return expectMaxima(find, along, m, n, data)
  })

  test('of equal ones the first, in one block and across blocks', () => {
    const data = Array.from({ length: 144 }, (_, i) => ((i * 7 + Math.floor(i / 12) * 5) % 4) - 9)
    return expectMaxima(find, along, 12, 12, data)
  })

  test('of what is no number: its value says so, its place is within', async () => {
    const found = find(input('x', [12, 12]))
    const outputs = { value: found.value, index: asNumbers(found.index, 12) }
    const { value, index } = await runOnce(outputs, { x: new Float32Array(144).fill(Number.NaN) })
    expect([...value!].every(Number.isNaN)).toBe(true)
    expect([...index!].every((place) => place >= 0 && place < 12)).toBe(true)
  })
})

test('elements by place', () =>
  checkOp((x) => gatherElements(x, input('i', [2, 3], 'int32'), 0), [[4, 3]], {
    feeds: { i: [3, 0, 3, 1, 1, 2] },
    gradient: false,
  }))

test('elements by place, along the last axis', () =>
  checkOp((x) => gatherElements(x, input('i', [2, 3], 'int32'), 1), [[2, 4]], {
    feeds: { i: [3, 0, 3, 1, 1, 2] },
    gradient: false,
  }))

test('what is scattered to the same place is added up', () =>
  checkOp((x) => scatterAdd(x, input('i', [4], 'int32'), 1, [2, 3]), [[2, 4]], { feeds: { i: [2, 0, 2, 2] } }))

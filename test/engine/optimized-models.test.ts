/** The optimized form of a model is kept, taken the next time, and never in the way. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runOnce } from '../../src/engine/executable.ts'
import { makeRoom } from '../../src/engine/onnxruntime/optimized-models.ts'
import { add } from '../../src/graph/elementwise.ts'
import { matmul } from '../../src/graph/matmul.ts'
import { constant, input, type Tensor } from '../../src/graph/tensor.ts'
import { formulaValues } from '../support/formula.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-optimized-'))
afterAll(() => rmSync(place, { recursive: true }))

const side = 160
const x = input('x', [side, side])
const feeds = { x: formulaValues('optimized/x', side * side) }
const program = (offset: number): { y: Tensor } => ({
  y: add(matmul(x, constant(formulaValues('optimized/w', side * side), [side, side])), offset),
})
const compute = async (offset: number, keep?: string) =>
  (await runOnce(program(offset), feeds, keep === undefined ? {} : { keep })).y!
const models = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith('.onnx'))

test('a model is optimized once and gives the same bits from then on', async () => {
  const folder = join(place, 'once', 'more')
  const expected = await compute(1)
  expect(await compute(1, folder)).toEqual(expected)
  expect(readdirSync(folder)).toEqual(models(folder))
  expect(models(folder)).toHaveLength(1)
  expect(await compute(1, folder)).toEqual(expected)
  await compute(2, folder)
  expect(models(folder), 'another model, another file').toHaveLength(2)
})

test('it is the kept file that is opened', async () => {
  const folder = join(place, 'swapped')
  const other = join(place, 'other')
  await compute(1, folder)
  const two = await compute(2, other)
  const [mine, theirs] = [models(folder)[0]!, models(other)[0]!]
  rmSync(join(folder, mine))
  // Under the name of this model, with the hash of its own bytes, as if they had been made for it.
  copyFileSync(join(other, theirs), join(folder, `${mine.split('.')[0]}.${theirs.split('.')[1]}.onnx`))
  expect(await compute(1, folder)).toEqual(two)
})

test('another model under its name, and bits that were flipped, change no number', async () => {
  const folder = mkdtempSync(join(place, 'flipped-'))
  const other = mkdtempSync(join(place, 'flipped-other-'))
  const expected = await compute(1, folder)
  await compute(2, other)
  const path = join(folder, models(folder)[0]!)
  const whole = readFileSync(path)
  copyFileSync(join(other, models(other)[0]!), path)
  expect(await compute(1, folder)).toEqual(expected)
  expect(readFileSync(path).equals(whole)).toBe(true)
  const flipped = Buffer.from(whole)
  // Spread over the weights, where a reader of models sees nothing wrong.
  for (let i = 0; i < 200; i++) {
    const at = Math.floor(((i + 0.5) / 200) * flipped.length)
    flipped[at] = flipped[at]! ^ (1 << (i % 8))
  }
  writeFileSync(path, flipped)
  expect(await compute(1, folder)).toEqual(expected)
  expect(readFileSync(path).equals(whole)).toBe(true)
})

test.each([
  ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['no model at all', () => Buffer.from('nothing')],
  ['empty', () => Buffer.alloc(0)],
])('a file that is %s is made anew', async (_, spoil) => {
  const folder = mkdtempSync(join(place, 'broken-'))
  const expected = await compute(1, folder)
  const path = join(folder, models(folder)[0]!)
  const whole = readFileSync(path)
  writeFileSync(path, spoil(whole))
  expect(await compute(1, folder)).toEqual(expected)
  expect(readFileSync(path).length).toBe(whole.length)
})

test('a folder that can’t be is no obstacle', async () => {
  const expected = await compute(1)
  const file = join(place, 'file')
  writeFileSync(file, '')
  expect(await compute(1, join(file, 'below'))).toEqual(expected)
  const locked = join(place, 'locked')
  mkdirSync(locked)
  chmodSync(locked, 0o500)
  expect(await compute(1, locked)).toEqual(expected)
  chmodSync(locked, 0o700)
})

test('small models are left alone', async () => {
  const folder = join(place, 'small')
  mkdirSync(folder)
  await runOnce({ y: add(x, 1) }, feeds, { keep: folder })
  expect(readdirSync(folder)).toEqual([])
})

test('the longest unused make room', () => {
  const folder = join(place, 'room')
  mkdirSync(folder)
  for (const [i, name] of ['old', 'newest', 'middle'].entries()) {
    const path = join(folder, `${name}.onnx`)
    writeFileSync(path, Buffer.alloc(100))
    const seconds = [1e9, 3e9, 2e9][i]!
    utimesSync(path, seconds, seconds)
  }
  makeRoom(folder, 250)
  expect(readdirSync(folder).sort()).toEqual(['middle.onnx', 'newest.onnx'])
  makeRoom(folder, 250)
  expect(readdirSync(folder)).toHaveLength(2)
})

test('what a killed process left half written makes room too', () => {
  const folder = join(place, 'halves')
  mkdirSync(folder)
  for (const [name, seconds] of [
    ['killed.onnx.1.part', 1e9],
    ['whole.onnx', 2e9],
  ] as const) {
    writeFileSync(join(folder, name), Buffer.alloc(100))
    utimesSync(join(folder, name), seconds, seconds)
  }
  makeRoom(folder, 150)
  expect(readdirSync(folder)).toEqual(['whole.onnx'])
})

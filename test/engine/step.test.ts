/** Every executor makes the same step of the whole objective, and holds, gives back and undoes its state alike. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executable, runOnce } from '../../src/engine/executable.ts'
import { missingFor } from '../../src/engine/onnxruntime/requirements.ts'
import { TfjsExecutable } from '../../src/engine/tfjs/executable.ts'
import { requirePlace, type TensorFlow } from '../../src/engine/tfjs/wasm.ts'
import { EngineError } from '../../src/engine/values.ts'
import { constant } from '../../src/graph/tensor.ts'
import { expectClose } from '../support/check.ts'
import { plainBackend, wasmBackend } from '../support/tfjs.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'
import { type TinyStep, tinyStep } from '../support/tiny-step.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-engine-'))
let step: TinyStep
beforeAll(() => {
  step = tinyStep(makeTinyPack(join(place, 'pack')))
})
afterAll(() => rmSync(place, { recursive: true }))

/** Two steps, the second undone and taken again. */
async function twoSteps(executable: Executable) {
  await step.begin(executable)
  const first = await executable.run(step.feeds)
  const between = await executable.readState('latent')
  const second = await executable.run(step.feeds, ['loss/total'])
  executable.undo()
  const undone = await executable.readState('latent')
  const again = await executable.run(step.feeds, ['loss/total'])
  const state: Record<string, Float32Array> = {}
  for (const name of executable.stateNames()) state[name] = await executable.readState(name)
  return { first, second, between, undone, again, state }
}

describe('a step of the whole objective', () => {
  it.each([
    ['plain TensorFlow.js', plainBackend],
    ['TensorFlow.js on WebAssembly', wasmBackend],
  ])('is the same on %s as on ONNX Runtime, and leaves nothing behind', async (_, backend) => {
    const { tf } = backend
    const host = await Executable.compile(step.program, { threads: 1 })
    const expected = await twoSteps(host)
    await host.dispose()
    expect(expected.undone).toEqual(expected.between)
    expect(expected.again).toEqual(expected.second)

    await tf.setBackend(backend.name)
    const before = tf.memory().numTensors
    const executable = await TfjsExecutable.create(step.program, backend)
    const got = await twoSteps(executable)
    expect(got.undone).toEqual(got.between)
    expect(got.again).toEqual(got.second)
    for (const [name, values] of Object.entries(expected.first)) expectClose(got.first[name]!, values, 2e-4, name)
    expectClose(got.second['loss/total']!, expected.second['loss/total']!, 1e-3, 'total of the second step')
    for (const [name, values] of Object.entries(expected.state)) expectClose(got.state[name]!, values, 2e-3, name)

    const held = tf.memory()
    await executable.run(step.feeds, ['loss/total'])
    expect(tf.memory().numTensors, 'tensors of a step that were not freed').toBe(held.numTensors)
    expect(tf.memory().numBytes).toBe(held.numBytes)
    await executable.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('what is asked for and is not there', () => {
  it.skipIf(missingFor('cuda').length === 0)('cuda: one line that says what to install', async () => {
    const refused = Executable.compile(step.program, { device: 'cuda' })
    await expect(refused).rejects.toThrow(/the device cuda cannot be used: .* is missing \(.*\).*use --device cpu/u)
    await expect(refused).rejects.toBeInstanceOf(EngineError)
    await expect(refused).rejects.not.toThrow(/\n/u)
  })
})

it('TensorFlow.js starts once, however many ask at once', async () => {
  const one = { outputs: { y: constant([3], [1]) } }
  const results = await Promise.all([1, 2, 3].map(() => runOnce(one.outputs, {}, { engine: 'tfjs' })))
  expect(results.map(({ y }) => y![0])).toEqual([3, 3, 3])
})

it('TensorFlow.js on WebAssembly says when its memory is full', () => {
  // What the backend leaves of an allocation that failed: filling 4 GiB takes seconds and 4 GiB.
  const backend = { dataIdMap: { get: () => ({ memoryOffset: 0 }) } }
  const tf = { getBackend: () => 'wasm', backend: () => backend } as unknown as TensorFlow
  const t = { size: 1, dataId: {} } as Tensor
  expect(() => requirePlace(tf, t)).toThrow(/4 GiB of memory.*--engine onnxruntime/u)
  backend.dataIdMap.get = () => ({ memoryOffset: 1024 })
  expect(() => requirePlace(tf, t)).not.toThrow()
})

// TensorFlow Lite models: numbers of every kind by name, and damage that ends in one line.
import { expect, it } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { CheckpointError } from '../../src/checkpoint/errors.ts'
import { readCheckpoint } from '../../src/checkpoint/open.ts'
import { type Constant, tfliteModel } from '../support/tflite.ts'

const bytesOf = (array: Float32Array | Int32Array | Int8Array | Uint16Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const constants: Constant[] = [
  { name: 'whole', shape: [2, 2], type: 0, bytes: bytesOf(Float32Array.of(1, -2, 3.5, 4)) },
  { name: 'half', shape: [2], type: 1, bytes: bytesOf(Uint16Array.of(0x3c00, 0xc000)) },
  { name: 'sizes', shape: [2], type: 2, bytes: bytesOf(Int32Array.of(-7, 300)) },
  {
    ...{ name: 'by tensor', shape: [3], type: 9, bytes: bytesOf(Int8Array.of(-128, 0, 127)) },
    quantization: { scales: [0.5], zeros: [-128], axis: 0 },
  },
  {
    ...{ name: 'by channel', shape: [1, 2, 2], type: 9, bytes: bytesOf(Int8Array.of(10, 20, -30, 40)) },
    quantization: { scales: [0.1, 2], zeros: [0, 5], axis: 2 },
  },
]

it('reads numbers as they are meant', () => {
  const file = readCheckpoint(memorySource(tfliteModel(constants), 'x.tflite'))
  expect([file.container, file.keys()]).toEqual(['tflite', constants.map(({ name }) => name)])
  const read = (name: string) => [...file.read(name)]
  expect(read('whole')).toEqual([1, -2, 3.5, 4])
  expect(read('half')).toEqual([1, -2])
  expect(read('sizes')).toEqual([-7, 300])
  expect(read('by tensor')).toEqual([0, 64, 127.5])
  expect(read('by channel').map((v) => Number(v.toFixed(4)))).toEqual([1, 30, -3, 70])
  expect(file.shape('by channel')).toEqual([1, 2, 2])
})

it('ends in one line, however it is damaged', () => {
  const whole = tfliteModel(constants)
  let refused = 0
  for (let i = 8; i < whole.length; i++)
    for (const bytes of [whole.slice(0, i), Uint8Array.from(whole, (v, j) => (j === i ? v ^ 0xff : v))])
      try {
        const file = readCheckpoint(memorySource(bytes, 'x.tflite'))
        for (const key of file.keys()) file.read(key)
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError)
        expect((error as Error).message).toMatch(/^x\.tflite: [^\n]+$/u)
        refused++
      }
  expect(refused).toBeGreaterThan(whole.length)
})

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { parseNpy, readNpy, writeNpy } from '../../src/checkpoint/npy.ts'

/** The bytes of a .npy file, version 1, with the given header text. */
function npy(header: string, data: ArrayLike<number> = []): Uint8Array {
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
  return Buffer.concat([head, Buffer.from(header, 'latin1'), Uint8Array.from(data)])
}
const parse = (header: string, data: ArrayLike<number> = []) => parseNpy(memorySource(npy(header, data), 'test'))

test('what is written is read back', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'rephoto-npy-')), 'a.npy')
  for (const shape of [[6], [2, 3], [1, 6, 1]]) {
    writeNpy(path, { shape, data: Float32Array.of(1, 2, 3, -4, 5.5, 6) })
    expect(readNpy(path)).toEqual({ shape, dtype: 'F32', data: Float32Array.of(1, 2, 3, -4, 5.5, 6) })
  }
  writeNpy(path, { shape: [], data: Float64Array.of(0.5) })
  expect(readNpy(path)).toEqual({ shape: [], dtype: 'F64', data: Float32Array.of(0.5) })
})

test('column-major, big-endian', () => {
  const array = parse(
    "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }",
    [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 1, 6],
  )
  expect([...array.data]).toEqual([1, 2, 3, 4, 5, 262])
})

test.each([
  ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 'number format "|O" is not read'],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 'needs 8 bytes but 4 follow'],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': exit()}", 'is not what NumPy writes'],
  ["{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999,), }", 'is not what NumPy writes'],
  ['', 'is not what NumPy writes'],
])('refuses %s', (header, message) => {
  expect(() => parse(header, [1, 2, 3, 4])).toThrow(message)
})

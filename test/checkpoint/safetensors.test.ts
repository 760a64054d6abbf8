import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { CheckpointError } from '../../src/checkpoint/errors.ts'
import { openSafetensors, readSafetensors, writeSafetensors } from '../../src/checkpoint/safetensors.ts'
import { memoryStore, scoped } from '../../src/checkpoint/store.ts'
import { floatToHalf, halfToFloat } from '../../src/numbers/half.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-safetensors-'))

/** A file with the given header text and data; `length` overrides the declared header length. */
function file(header: string, data: number[] = [], length?: number): Uint8Array {
  const json = Buffer.from(header)
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(length ?? json.length))
  return Buffer.concat([head, json, Buffer.from(data)])
}

const parse = (header: string, data: number[] = [], length?: number) =>
  readSafetensors(memorySource(file(header, data, length), 'test'))

describe('writeSafetensors and openSafetensors', () => {
  const tensors = {
    'b.weight': { dtype: 'F32', shape: [2, 3], data: new Float32Array([1, -2, 3.5, 0, 1e-8, 7]) },
    a: { dtype: 'F16', shape: [3], data: [1, 65504, -0.1] },
    d: { dtype: 'F64', shape: [], data: () => [0.5] },
    '0': { dtype: 'F32', shape: [0, 4], data: [] },
  } as const

  test('what is written is read back, converted to float32', () => {
    const path = join(folder, 'a.safetensors')
    writeSafetensors(path, tensors, { licence: 'CC "BY" 4.0', é: '1' })
    const opened = openSafetensors(path)
    expect({ ...opened.metadata }).toEqual({ licence: 'CC "BY" 4.0', é: '1' })
    expect([...opened.keys()].sort()).toEqual(['0', 'a', 'b.weight', 'd'])
    expect(opened.shape('b.weight')).toEqual([2, 3])
    expect(opened.read('b.weight')).toEqual(tensors['b.weight'].data)
    expect(opened.info('a')).toEqual({ dtype: 'F16', shape: [3] })
    expect([...opened.read('a')]).toEqual([1, 65504, halfToFloat(floatToHalf(-0.1))])
    expect([...opened.read('d')]).toEqual([0.5])
    expect(opened.read('0').length).toBe(0)
    opened.close()
  })

  test('the same tensors in another order give the same bytes, and no temporary file stays', () => {
    const reordered = Object.fromEntries(Object.entries(tensors).reverse())
    writeSafetensors(join(folder, 'one.safetensors'), tensors, { x: '1', y: '2' })
    writeSafetensors(join(folder, 'two.safetensors'), reordered, { y: '2', x: '1' })
    expect(readFileSync(join(folder, 'one.safetensors')).equals(readFileSync(join(folder, 'two.safetensors')))).toBe(
      true,
    )
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('a write that fails leaves the old file alone', () => {
    const path = join(folder, 'kept.safetensors')
    writeFileSync(path, 'old')
    const failing = { x: { dtype: 'F32', shape: [2], data: () => [1] } } as const
    expect(() => writeSafetensors(path, failing)).toThrow('"x" has shape [2] but 1 numbers')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('every kind of number becomes float32', () => {
    const opened = parse(
      `{"bf":{"dtype":"BF16","shape":[1],"data_offsets":[0,2]},"i8":{"dtype":"I8","shape":[1],"data_offsets":[2,3]},
        "u16":{"dtype":"U16","shape":[1],"data_offsets":[3,5]},"i64":{"dtype":"I64","shape":[1],"data_offsets":[5,13]},
        "ok":{"dtype":"BOOL","shape":[2],"data_offsets":[13,15]}}  `,
      [0x40, 0xc0, 0xff, 2, 1, 0xfe, 255, 255, 255, 255, 255, 255, 255, 0, 1],
    )
    expect(['bf', 'i8', 'u16', 'i64', 'ok'].map((key) => [...opened.read(key)])).toEqual([
      [-3],
      [-1],
      [258],
      [-2],
      [0, 1],
    ])
  })

  test('halves round to nearest, ties to even, and survive a round trip', () => {
    for (let bits = 0; bits < 0x7c00; bits++) expect(floatToHalf(halfToFloat(bits))).toBe(bits)
    expect([65519, 65520, 2 ** -25, 2 ** -24 * 1.5, -Infinity, NaN].map(floatToHalf)).toEqual([
      0x7bff, 0x7c00, 0, 2, 0xfc00, 0x7e00,
    ])
  })
})

describe('refusals', () => {
  const entry = (offsets: string, shape = '[1]', dtype = 'F32') =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`
  const eight = [1, 2, 3, 4, 5, 6, 7, 8]

  test.each([
    ['an equal key twice', `{"a":${entry('[0,4]')},"a":${entry('[4,8]')}}`, eight, '"a" appears twice at byte 62'],
    ['an overlap', `{"a":${entry('[0,4]')},"b":${entry('[2,6]')}}`, eight, '"b" starts inside the one before it'],
    ['a gap', `{"a":${entry('[0,4]')},"b":${entry('[5,9]')}}`, eight, '"b" starts after a gap'],
    ['bytes left over', `{"a":${entry('[0,4]')}}`, eight, 'has bytes appended'],
    ['bytes missing', `{"a":${entry('[0,4]')},"b":${entry('[4,8]')}}`, [1], 'truncated'],
    ['a wrong size', `{"a":${entry('[0,8]')}}`, eight, 'does not fill the 8 bytes'],
    ['a reversed range', `{"a":${entry('[4,0]')}}`, eight, 'does not fill'],
    ['an unknown dtype', `{"a":${entry('[0,8]', '[1]', 'C64')}}`, eight, 'dtype "C64" is not one of F64'],
    ['a negative side', `{"a":${entry('[0,8]', '[-1,-2]')}}`, eight, 'not a list of whole numbers'],
    ['an overflowing shape', `{"a":${entry('[0,8]', '[9007199254740991,9007199254740991]')}}`, eight, 'does not fill'],
    ['metadata that is not text', `{"__metadata__":{"a":[1]}}`, [], 'metadata "a" is not a text'],
    ['an unknown field', `{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}}`, [], 'unknown field "x"'],
    ['no object', '[1]', [], 'not a JSON object'],
    ['a broken object', '{"a":', [], 'a value expected'],
    ['text after the object', '{}x', [], 'text after the end'],
    ['deep nesting', `{"a":${'['.repeat(100)}`, [], 'nested deeper than 8'],
  ])('%s', (_, header, data, message) => {
    expect(() => parse(header, data)).toThrow(message)
    expect(() => parse(header, data)).toThrow(CheckpointError)
  })

  test('a header longer than the file or than 100 MB is not allocated', () => {
    expect(() => parse('{}', [], 2 ** 40)).toThrow(
      'header length 1099511627776 is not between 2 and 2; not a safetensors file',
    )
    expect(() => readSafetensors(memorySource(new Uint8Array(4), 'x'))).toThrow('8 bytes expected but only 4 left')
  })

  test('a missing file and a folder', () => {
    expect(() => openSafetensors(join(folder, 'none'))).toThrow(/cannot be opened: expected a file here, found none/)
    expect(() => openSafetensors(folder)).toThrow('is not a regular file')
  })
})

describe('stores', () => {
  const store = memoryStore({
    'encoder.a': { shape: [2], data: new Float32Array([1, 2]) },
    'decoder.a': { shape: [1], data: new Float32Array([3]) },
  })

  test('scoped', () => {
    const encoder = scoped(store, 'encoder.')
    expect(encoder.keys()).toEqual(['a'])
    expect(encoder.has('a')).toBe(true)
    expect([...encoder.read('a')]).toEqual([1, 2])
  })

  test('a missing key names the source and the nearest keys', () => {
    expect(() => store.read('encoder.b')).toThrow(
      'memory: no tensor named "encoder.b"; nearest of its 2: "encoder.a", "decoder.a"',
    )
  })
})

// Files that would cost much more than they are: each is refused by what it says of itself, before memory is spent on it.

import { randomBytes } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ByteSource } from '../../src/checkpoint/bytes.ts'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { parseJson } from '../../src/checkpoint/json.ts'
import { defaultLimits } from '../../src/checkpoint/limits.ts'
import { parseNpy } from '../../src/checkpoint/npy.ts'
import { readCheckpoint } from '../../src/checkpoint/open.ts'
import { bytes, pickle, text, u64, zip } from '../support/bytes.ts'

const read = (content: Uint8Array) => readCheckpoint(memorySource(content, 'evil'))
const MiB = 1 << 20

/** A file of any size, zeros behind its first bytes; nothing of it is in memory. */
function large(head: Uint8Array, size: number): ByteSource {
  return {
    name: 'large',
    size,
    base: 0,
    readInto(offset, target) {
      target.fill(0)
      if (offset < head.length) target.set(head.subarray(offset, offset + target.length))
    },
    close() {},
  }
}

/** What reading takes of the heap and of buffers, in MiB. */
function cost(action: () => void): { memory: number } {
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  const before = used()
  action()
  return { memory: (used() - before) / MiB }
}

const safetensors = (header: string) => bytes(u64(header.length), header)

describe('safetensors', () => {
  test('a header of more bytes than any has', () => {
    const file = large(bytes(u64(99_000_000), '{'), 100_000_000)
    const { memory } = cost(() =>
      expect(() => readCheckpoint(file)).toThrow('a header of 99000000 bytes, at most 16777216 are read'),
    )
    expect(memory).toBeLessThan(16)
  })

  test('a header of small values without number', () => {
    const header = Buffer.from(`{"a":[${'[],'.repeat(997)}[]]}`)
    const parse = (most: number) => parseJson(header, 'evil', 8, 8, most)
    expect(() => parse(999)).toThrow('more than 999 values at byte 3005')
    expect(parse(1000)).toBeInstanceOf(Map)
  })

  test('brackets six thousand deep', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const)
      expect(() => read(safetensors(`{"a":${open.repeat(6000)}${close.repeat(6000)}}`))).toThrow('nested deeper than 8')
  })

  test('ten thousand tensors are read', () => {
    const entry = (_: unknown, i: number) => `"layers.${i}.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`
    const header = `{${Array.from({ length: 10_000 }, entry).join(',')}}`
    expect(read(safetensors(header)).keys()).toHaveLength(10_000)
  })
})

describe('PyTorch', () => {
  /** An archive whose data.pkl is this, deflated. */
  const archive = (data: Uint8Array) =>
    zip([
      { name: 'a/data.pkl', data: deflateRawSync(data, { level: 1 }), method: 8, size: data.length, crc: crc32(data) },
    ])

  test('a pickle of more bytes than names and shapes take', () => {
    // Not denser than text, so that it is no bomb.
    const file = archive(bytes(0x80, 2, randomBytes(33 * MiB)))
    const { memory } = cost(() =>
      expect(() => read(file)).toThrow(/data\.pkl has \d+ bytes, at most 33554432 are read/u),
    )
    expect(memory).toBeLessThan(16)
  })

  test('strings that are long together', () => {
    const string = text('x'.repeat(15 * MiB))
    const strings = Array.from({ length: 5 }, () => string)
    expect(() => read(pickle('(', ...strings, 't'))).toThrow(`more than ${64 * MiB} bytes of strings`)
  })

  test('a deflated file that is larger packed than unpacked', () => {
    const data = new Uint8Array(5 * MiB)
    expect(() => read(zip([{ name: 'a/data.pkl', data, method: 8, size: 10 }]))).toThrow(
      /packs 10 bytes into 5242880, more than they are/u,
    )
  })

  test('a deflated storage of more than memory should hold', () => {
    const data = new Uint8Array(6 * MiB)
    const size = defaultLimits.inflated + 1
    expect(() => read(zip([{ name: 'a/data/0', data, method: 8, size }]))).toThrow('more than is allowed')
  })
})

test('an array of more numbers than any that is read has', () => {
  const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (100000000,), }"
  const head = bytes(0x93, 'NUMPY', 1, 0, dict.length + 1, 0, dict, '\n')
  const { memory } = cost(() =>
    expect(() => parseNpy(large(head, head.length + 4e8))).toThrow('100000000 numbers, at most 67108864 are read'),
  )
  expect(memory).toBeLessThan(16)
})

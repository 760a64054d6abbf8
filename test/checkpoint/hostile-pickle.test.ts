// Pickles that want something: to run code, to exhaust memory, to confuse. Each is refused with its reason and offset.

import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { CheckpointError } from '../../src/checkpoint/errors.ts'
import { defaultLimits } from '../../src/checkpoint/limits.ts'
import { readTorch } from '../../src/checkpoint/torch.ts'
import { bytes, pickle, tensorOf, text, torchZip, u32, u64 } from '../support/bytes.ts'

const read = (content: Uint8Array, limits = defaultLimits) => readTorch(memorySource(content, 'evil'), limits)

function refusal(content: Uint8Array, limits = defaultLimits): CheckpointError {
  try {
    read(content, limits)
  } catch (error) {
    if (error instanceof CheckpointError) return error
    throw error
  }
  throw new Error('it was read')
}

describe('code', () => {
  const proof = join(tmpdir(), `rephoto-executed-${process.pid}`)
  test.each([
    ['a call of os.system', pickle('cposix\nsystem\n(', text(`touch ${proof}`), 'tR'), '"posix.system"', 2],
    ['builtins.eval by STACK_GLOBAL', pickle(text('builtins'), text('eval'), 0x93), '"builtins.eval"', 24],
    ['a JavaScript global', pickle('cglobalThis\nprocess\n'), '"globalThis.process"', 2],
    ['a name of Object.prototype', pickle('cconstructor\nconstructor\n'), '"constructor.constructor"', 2],
    ['INST', pickle('(ios\nsystem\n'), '0x69 (INST)', 3],
    ['OBJ', pickle('(o'), '0x6f (OBJ)', 3],
    ['EXT1', pickle(0x82, 1), '0x82 (EXT1)', 2],
    ['an opcode of no protocol', pickle(0xff), '0xff', 2],
    ['a call of a dict', pickle('})R'), 'a call of a dict', 4],
    [
      'a call of what may only be mentioned',
      pickle('ctorch\nfloat32\n)R'),
      '"torch.float32" is not something that may be called',
      18,
    ],
  ])('%s', (_, content, message, offset) => {
    const error = refusal(content)
    expect(error.message).toContain(message)
    expect(error.offset).toBe(offset)
    expect(existsSync(proof)).toBe(false)
  })

  test('a whole module is refused with the way out', () => {
    expect(refusal(pickle('ctorch.nn.modules.linear\nLinear\n')).message).toContain(
      'torch.save(model.state_dict(), file)',
    )
    expect(refusal(pickle('cdnnlib.tflib.network\nNetwork\n')).message).toContain('legacy.py')
  })

  test('dangerous words in data stay data', () => {
    const { root } = read(pickle('}(', text('__proto__'), text('constructor'), text('__reduce__'), 'K\x01', 'u'))
    expect(root).toEqual(
      new Map<string, unknown>([
        ['__proto__', 'constructor'],
        ['__reduce__', 1],
      ]),
    )
    expect(({} as Record<string, unknown>).constructor).toBe(Object)
  })

  test('control characters of the file do not reach the terminal', () => {
    const { message } = refusal(pickle('cos\x1b[2J\rsystem\nx\n'))
    expect(message).not.toMatch(/\p{Cc}/u)
  })
})

describe('memory and time', () => {
  const gigabytes = u32(0xfffffff0)
  test.each([
    ['a string of 4 GiB', pickle('X', gigabytes), 'at most 16777216 are read'],
    ['a string of 2^60 bytes', pickle(0x8d, u64(1n << 60n)), 'at most 16777216 are read'],
    ['a negative string', pickle('T', u32(-1)), 'a string of -1 bytes'],
    ['bytes of 2^60', pickle(0x8e, u64(1n << 60n)), 'bytes expected but only 1 left'],
    ['a long of 2^31 bytes', pickle(0x8b, u32(0x7fffffff)), 'at most 64 are read'],
    ['a frame beyond the file', pickle(0x95, u64(1 << 20)), 'a frame of 1048576 bytes'],
    ['a name without end', pickle('c', 'a'.repeat(10_000)), 'a name longer than 256'],
    ['a deep list', pickle(']'.repeat(5000), 'a'.repeat(4999)), 'nested deeper than 100'],
    ['deep tuples', pickle(')', '\x85'.repeat(5000)), 'nested deeper than 100'],
    ['open marks', pickle('('.repeat(5000)), 'too many open marks'],
    ['a list in itself', pickle(']q\x00h\x00a'), 'contains itself'],
    ['a dict in itself, by way of a tuple', pickle('}q\x00K\x01h\x00\x85s'), 'contains itself'],
    ['an empty stack', pickle('a'), 'empty pickle stack'],
    ['a value below the mark', pickle('K\x01(a'), 'empty pickle stack'],
    ['no mark', pickle('t'), 'no mark'],
    ['values left over', pickle('K\x01K\x02'), 'values left over'],
    ['a memo never written', pickle('h\x05'), 'memo 5 is read before'],
    ['no STOP', bytes(0x80, 2, 'K\x01'), '1 bytes expected but only 0 left'],
    ['a key twice', pickle('}(', text('a'), 'K\x01', text('a'), 'K\x02u'), 'the key "a" is set twice'],
    ['items for a number', pickle('K\x01(K\x02K\x03u'), 'items are set in a number'],
    ['bytes after the pickle', bytes(pickle('N'), 'xyz'), '3 bytes follow the pickle'],
    ['protocol 0', bytes(0x80, 0, 'N.'), 'protocol 0 is not 2 to 5'],
    ['text that is not UTF-8', pickle('X', u32(1), 0xff), 'not UTF-8'],
  ])('%s', (_, content, message) => {
    const started = performance.now()
    const error = refusal(content)
    expect(error.message).toContain(message)
    expect(error.offset).toBeTypeOf('number')
    expect(performance.now() - started).toBeLessThan(1000)
  })

  test('a tree whose paths multiply (a billion laughs)', () => {
    // Thirty lists, each holding the one before ten times.
    const levels = Array.from({ length: 30 }, (_, i) =>
      bytes(`](`, ...Array.from({ length: 10 }, () => bytes('h', i)), 'e', 'q', i + 1, '0'),
    )
    const content = pickle(']q\x000', ...levels, 'h', 30)
    expect(refusal(content).message).toContain('more than 1000000 paths')
  })

  test('limits on opcodes, objects, memo and stack hold', () => {
    const tight = { ...defaultLimits, opcodes: 1000, containers: 100, memo: 50, stack: 60 }
    expect(refusal(pickle('N0'.repeat(2000), 'N'), tight).message).toContain('more than 1000 pickle opcodes')
    expect(refusal(pickle(']0'.repeat(200), 'N'), tight).message).toContain('more than 100 objects')
    expect(refusal(pickle('N', ...Array.from({ length: 60 }, (_, i) => [0x71, i])), tight).message).toContain(
      'more than 50 memo',
    )
    expect(refusal(pickle('N'.repeat(100)), tight).message).toContain('more than 60 values on the stack')
  })
})

describe('tensors', () => {
  const four = new Uint8Array(16)
  const one = (options: Parameters<typeof tensorOf>[0]) => torchZip(pickle(tensorOf(options)), { 0: four })
  const big = [0x8a, 7, 0, 0, 0, 0, 0, 0, 1]

  test('an honest one', () => {
    const file = read(
      torchZip(pickle('}', text('w'), tensorOf({}), 's'), { 0: new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer) }),
    )
    expect([...file.read('w')]).toEqual([1, 2])
  })

  test.each([
    ['longer than its storage', { shape: [[0x4b, 5]] }, 'does not fit in its storage of 4 numbers'],
    ['that starts behind its storage', { offset: [0x4b, 4] }, 'does not fit'],
    ['with strides out of its storage', { shape: [[0x4b, 2]], strides: [[0x4b, 4]] }, 'does not fit'],
    ['with a huge side', { shape: [big], strides: [[0x4b, 0]] }, 'repeats its 4 numbers'],
    [
      'with sides whose product overflows',
      { shape: Array<number[]>(9).fill(big), strides: Array<number[]>(9).fill([0x4b, 0]) },
      'does not fit',
    ],
    ['with negative strides', { strides: [[0x4a, 255, 255, 255, 255]] }, 'whole numbers'],
    ['with a negative offset', { offset: [0x4a, 255, 255, 255, 255] }, 'is not a whole number'],
    [
      'with more strides than sides',
      {
        strides: [
          [0x4b, 1],
          [0x4b, 1],
        ],
      },
      'two equally long lists',
    ],
    [
      'of 40 dimensions',
      { shape: Array<number[]>(40).fill([0x4b, 1]), strides: Array<number[]>(40).fill([0x4b, 1]) },
      'two equally long',
    ],
    ['whose storage declares more than is there', { count: [0x4b, 5] }, 'should hold 5 F32, its file has 16 bytes'],
    ['whose storage declares less', { count: [0x4b, 3] }, 'should hold 3 F32'],
    ['of an unknown storage', { key: '7' }, 'the archive has no storage "7"'],
    ['whose storage name climbs', { key: '../../etc/passwd' }, 'has no storage'],
    ['of a type without storage', { kind: 'float32' }, 'a storage of an unknown kind'],
  ])('%s', (_, options, message) => {
    const error = refusal(one(options))
    expect(error.message).toContain(message)
    expect(error.offset).toBeTypeOf('number')
  })

  test('a storage in a plain pickle, and a torch file in a torch file', () => {
    expect(refusal(pickle(tensorOf({}))).message).toContain('a persistent id in a plain pickle')
    const nested = bytes('ctorch.storage\n_load_from_bytes\n(C\x01NtR')
    expect(refusal(torchZip(pickle(nested))).message).toContain('a torch file inside a torch file')
    expect(refusal(pickle(nested)).message).toContain('1 bytes expected but only 0 left')
  })
})

describe('the legacy format', () => {
  const magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
  const system = pickle('}(', text('little_endian'), 0x88, 'u')
  const legacy = (count: number, keys: Uint8Array, tail: Uint8Array, sys = system) =>
    bytes(magic, pickle('M\xe9\x03'), sys, pickle(tensorOf({ count: [0x4b, count, 0x4e] })), keys, tail)
  const keys = pickle('](', text('0'), 'e')
  const data = bytes(u64(4), new Uint8Array(16))

  test('an honest one', () => expect(read(legacy(4, keys, data)).keys()).toEqual(['']))
  test.each([
    [
      'a count that disagrees',
      legacy(4, keys, bytes(u64(5), new Uint8Array(20))),
      'a storage of 5 numbers, its tensors were told 4',
    ],
    ['a count of 2^60', legacy(4, keys, bytes(u64(1n << 60n))), 'a storage of 11529215046068470'],
    ['numbers cut off', legacy(4, keys, data.subarray(0, 20)), '16 bytes expected but only 12 left'],
    ['data appended', legacy(4, keys, bytes(data, 'x')), '1 bytes follow the last storage'],
    ['a storage missing', legacy(4, pickle(']'), bytes()), 'the numbers of storage "0" are missing'],
    ['a storage twice', legacy(4, pickle('](', text('0'), text('0'), 'e'), bytes(data, data)), 'appears twice'],
    ['a storage of no tensor', legacy(4, pickle('](', text('1'), 'e'), data), 'that no tensor uses'],
    ['a big-endian machine', legacy(4, keys, data, pickle('}(', text('little_endian'), 0x89, 'u')), 'little-endian'],
    ['another version', bytes(magic, pickle('M\xea\x03')), 'version is not 1001'],
  ])('%s', (_, content, message) => {
    const error = refusal(content)
    expect(error.message).toContain(message)
    expect(error.offset).toBeTypeOf('number')
  })
})

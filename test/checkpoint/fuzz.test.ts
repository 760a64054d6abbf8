// Mutation and property-based fuzzing of every reader, seeded, a few thousand inputs. The same target was run on a
// million inputs (docs/models.md); `npx tsx test/support/fuzz-main.ts` does that again.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { op } from '../../src/checkpoint/opcodes.ts'
import { bytes, pickle, tensorOf, text, torchZip } from '../support/bytes.ts'
import { fuzzSeeds } from '../support/fuzz-seeds.ts'
import { fuzzOnce, processorTime } from '../support/fuzz-target.ts'
import { mutate, seededRandom } from '../support/mutate.ts'

const seeds = fuzzSeeds()
const all = Object.values(seeds).flat()

test('the seeds themselves are read', () => {
  for (const seed of all) expect(fuzzOnce(seed)).not.toBe('refused')
})

test.each(Object.keys(seeds))('mutated %s: refused or read, in time, within memory', (kind) => {
  const random = seededRandom(20211)
  const before = process.memoryUsage.rss()
  let slowest = 0
  let refused = 0
  for (let i = 0; i < (kind === 'network' ? 400 : 1500); i++) {
    const own = seeds[kind]!
    const input = mutate(own[i % own.length]!, all[Math.floor(random() * all.length)]!, random)
    const started = processorTime()
    try {
      if (fuzzOnce(input) === 'refused') refused++
    } catch (error) {
      throw new Error(`input ${i} (${Buffer.from(input).toString('base64').slice(0, 4000)})`, { cause: error })
    }
    slowest = Math.max(slowest, processorTime() - started)
  }
  expect(slowest).toBeLessThan(1000)
  expect(process.memoryUsage.rss() - before).toBeLessThan(300e6)
  // Most changes must be noticed: a reader that accepts everything is not checking.
  expect(refused).toBeGreaterThan(kind === 'network' ? 50 : 500)
})

const seeded = { seed: 20212, numRuns: 400, endOnFailure: true }
const check = (content: Uint8Array) => {
  fuzzOnce(content)
}

test('random streams of allowed opcodes', () => {
  const argument: Record<number, fc.Arbitrary<Uint8Array>> = {}
  const small = fc.uint8Array({ minLength: 1, maxLength: 8 })
  for (const code of Object.values(op)) argument[code] = fc.oneof(fc.constant(new Uint8Array()), small)
  const names = [
    'collections\nOrderedDict',
    'torch._utils\n_rebuild_tensor_v2',
    'torch\nFloatStorage',
    'numpy\ndtype',
    'builtins\nset',
  ]
  argument[op.GLOBAL] = fc.constantFrom(...names).map((name) => bytes(`${name}\n`))
  argument[op.BINUNICODE] = fc.string({ maxLength: 8 }).map((value) => text(value).subarray(1))
  argument[op.BININT1] = fc.integer({ min: 0, max: 255 }).map((n) => bytes(n))
  argument[op.BINPUT] = argument[op.BINGET] = fc.integer({ min: 0, max: 3 }).map((n) => bytes(n))
  const piece = fc.constantFrom(...Object.values(op)).chain((code) => argument[code]!.map((rest) => bytes(code, rest)))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      check(pickle(...pieces))
      check(torchZip(pickle(...pieces), { 0: new Uint8Array(16) }))
    }),
    seeded,
  )
})

test('tensors of any shape, stride, offset and storage', () => {
  const number = fc.oneof(
    fc.integer({ min: 0, max: 20 }).map((n) => [0x4b, n]),
    fc.uint8Array({ minLength: 4, maxLength: 4 }).map((n) => [0x4a, ...n]),
    fc.uint8Array({ minLength: 8, maxLength: 8 }).map((n) => [0x8a, 8, ...n]),
  )
  const sides = fc.array(number, { maxLength: 5 })
  fc.assert(
    fc.property(sides, sides, number, number, (shape, strides, offset, count) => {
      const data = pickle(
        '}',
        text('w'),
        tensorOf({ shape, strides: [...strides, ...shape].slice(0, shape.length), offset, count }),
        's',
      )
      check(torchZip(data, { 0: new Uint8Array(80) }))
    }),
    seeded,
  )
})

test('safetensors headers of any JSON', () => {
  const entry = fc.record(
    {
      dtype: fc.constantFrom('F32', 'F16', 'U8', 'C64'),
      shape: fc.array(fc.integer({ min: -1, max: 5 })),
      data_offsets: fc.tuple(fc.nat(40), fc.nat(40)),
    },
    { requiredKeys: [] },
  )
  const header = fc.oneof(
    fc.json(),
    fc.dictionary(fc.string(), fc.oneof(entry, fc.jsonValue())).map((value) => JSON.stringify(value)),
  )
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 40 }), (json, data) => {
      const length = Buffer.alloc(8)
      length.writeBigUInt64LE(BigInt(Buffer.byteLength(json)))
      check(Buffer.concat([length, Buffer.from(json), data]))
    }),
    seeded,
  )
})

test('npy headers', () => {
  const shape = fc
    .array(fc.oneof(fc.nat(4), fc.maxSafeNat()))
    .map((sides) => `(${sides.join(', ')}${sides.length === 1 ? ',' : ''})`)
  const header = fc.tuple(
    fc.constantFrom('<f4', '>i2', '|O', '|b1', 'x'),
    fc.constantFrom('True', 'False', '1'),
    fc.oneof(shape, fc.string()),
  )
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 64 }), ([descr, order, sides], data) => {
      const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${sides}, }\n`
      check(bytes([0x93], 'NUMPY', 1, 0, text.length & 255, text.length >> 8, text, data))
    }),
    seeded,
  )
})

// Zip archives that say two things at once, point outside, or unpack to more than anyone wants.

import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { memorySource } from '../../src/checkpoint/bytes.ts'
import { CheckpointError } from '../../src/checkpoint/errors.ts'
import { readTorch } from '../../src/checkpoint/torch.ts'
import { readZip } from '../../src/checkpoint/zip.ts'
import { bytes, pickle, torchZip, type ZipFile, zip } from '../support/bytes.ts'

const read = (content: Uint8Array) => readZip(memorySource(content, 'evil.zip'))
const data = bytes('hello')
const file = (more: Partial<ZipFile> = {}): ZipFile => ({ name: 'a/b', data, ...more })

test('an honest archive, stored and deflated', () => {
  const packed = deflateRawSync(data)
  const entries = read(zip([file(), { name: 'a/c', data: packed, method: 8, size: 5, crc: crc32(data) }]))
  for (const entry of entries.values()) {
    const out = new Uint8Array(5)
    entry.open().readInto(0, out)
    expect(Buffer.from(out).toString()).toBe('hello')
    entry.verify()
  }
})

describe('refusals', () => {
  const bomb = deflateRawSync(new Uint8Array(8 << 20))
  const good = zip([file()])
  test.each<[string, Uint8Array, string]>([
    ['another name in front of the file', zip([file({ localName: 'a/x' })]), 'disagrees with the central directory'],
    ['another size in front of the file', zip([file({ localSize: 4 })]), 'disagrees with the central directory'],
    ['another method in front of the file', zip([file({ localMethod: 8 })]), 'disagrees with the central directory'],
    ['two sizes of a stored file', zip([file({ size: 6 })]), 'is stored but has two sizes'],
    ['a file inside another', zip([file(), file({ name: 'a/c', offset: 3 })]), 'overlaps what follows'],
    ['two files in one place', zip([file(), file({ name: 'a/c', offset: 0 })]), 'overlaps what follows'],
    ['bytes in front of the first file', zip([file({ before: bytes('#!/bin/sh') })]), 'starts after bytes of no file'],
    [
      'bytes between files',
      zip([file(), file({ name: 'a/c', before: bytes('hidden') })]),
      'starts after bytes of no file',
    ],
    ['bytes of no file', zip([file()], { gap: bytes('hidden') }), 'bytes of no file before the central directory'],
    ['a file in front', bytes('#!/bin/sh\n', good), 'does not end where the end record starts'],
    ['bytes behind', bytes(good, 'x'), 'no end record'],
    ['a cut end', good.subarray(0, -3), 'no end record'],
    ['a wrong count', zip([file()], { count: 2 }), 'counts 2 files, the directory has 1'],
    ['the same name twice', zip([file(), file()]), 'two files named "a/b"'],
    ['a path that climbs', zip([file({ name: '../etc/passwd' })]), 'leaves the archive'],
    ['a path that climbs later', zip([file({ name: 'a/../../b' })]), 'leaves the archive'],
    ['an absolute path', zip([file({ name: '/etc/passwd' })]), 'leaves the archive'],
    ['a drive', zip([file({ name: 'c:/x' })]), 'leaves the archive'],
    ['a backslash', zip([file({ name: 'a\\..\\b' })]), 'leaves the archive'],
    ['a NUL in a name', zip([file({ name: 'a/b\0.txt' })]), 'leaves the archive'],
    ['an encrypted file', zip([file({ flags: 1 })]), 'is encrypted'],
    ['an unknown method', zip([file({ method: 12 })]), 'packed by method 12'],
    ['a bomb', zip([{ name: 'a/b', data: bomb, method: 8, size: 8 << 20, crc: 0 }]), 'a zip bomb?'],
    [
      'a size of 4 GiB',
      zip([{ name: 'a/b', data: bomb, method: 8, size: 0xfffffffe, crc: 0 }]),
      'more than is allowed',
    ],
    ['a file beyond the end', zip([file({ packedSize: 1000, size: 1000, localSize: 1000 })]), 'lies beyond the end'],
  ])('%s', (_, content, message) => {
    const act = () => read(content)
    expect(act).toThrow(message)
    try {
      act()
    } catch (error) {
      expect(error).toBeInstanceOf(CheckpointError)
      expect((error as CheckpointError).offset).toBeTypeOf('number')
    }
  })

  test('a deflated file that is not what it declares', () => {
    const packed = deflateRawSync(bytes('hello, hello, hello'))
    for (const size of [3, 30]) {
      const entry = read(zip([{ name: 'a/b', data: packed, method: 8, size, crc: 0 }])).get('a/b')
      expect(() => entry?.open()).toThrow(/declares/)
    }
  })

  test('a wrong checksum is found by verify', () => {
    const entry = read(zip([file({ crc: 1 })])).get('a/b')
    expect(() => entry?.verify()).toThrow('the checksum of "a/b" does not match')
  })
})

describe('torch archives', () => {
  const act = (content: Uint8Array) => () => readTorch(memorySource(content, 'evil.pt'))
  test('TorchScript, other zips and mixed folders', () => {
    const script = zip([
      { name: 'a/data.pkl', data: pickle('N') },
      { name: 'a/constants.pkl', data: pickle('N') },
    ])
    expect(act(script)).toThrow('it holds a TorchScript program')
    expect(act(zip([{ name: 'word/document.xml', data }]))).toThrow('no data.pkl inside')
    expect(
      act(
        zip([
          { name: 'a/data.pkl', data: pickle('N') },
          { name: 'b/data/0', data },
        ]),
      ),
    ).toThrow('is outside of "a/"')
    expect(act(torchZip(bytes(pickle('N'), 'more')))).toThrow('data.pkl goes on after its end')
  })
})

// Stored pictures for the picture tests: the JSON records made by test/fixtures/images/make.py, and the formula that
// names a synthetic picture without storing one.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'

const fixtures = path.join(path.dirname(fileURLToPath(import.meta.url)), '../fixtures/images')

/** A bitmap as make.py writes it. */
export interface StoredBitmap {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: string
}

export function fixturePath(file: string): string {
  return path.join(fixtures, file)
}

export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(fixturePath(`${name}.json`), 'utf8')) as T
}

export function unpack(stored: StoredBitmap): Bitmap {
  return createBitmap(stored.width, stored.height, stored.channels, new Uint8Array(Buffer.from(stored.data, 'base64')))
}

/** Largest absolute difference of two byte arrays; NaN when their lengths differ. */
export function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.NaN
  let largest = 0
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!))
  return largest
}

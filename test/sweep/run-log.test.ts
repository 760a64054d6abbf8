/** What processes write, cut into logs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { cutAtMarks, openLog } from '../../src/sweep/run-log.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-log-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** The text between marks, as a stream in pieces brings it. */
function cut(pieces: readonly string[], mark: string): string[] {
  const parts = ['']
  const cutter = cutAtMarks(
    Buffer.from(mark),
    (bytes) => {
      parts[parts.length - 1] += bytes.toString()
    },
    () => parts.push(''),
  )
  for (const piece of pieces) cutter.take(Buffer.from(piece))
  cutter.end()
  return parts
}

it('cuts a stream at its marks, however it comes in pieces', () => {
  // Few letters, so that pieces of a mark are everywhere.
  const letters = fc.array(fc.constantFrom('a', 'b', '\n'), { maxLength: 12 }).map((all) => all.join(''))
  fc.assert(
    fc.property(fc.array(letters), (pieces) => {
      expect(cut(pieces, 'aab\n')).toEqual(pieces.join('').split('aab\n'))
    }),
  )
})

it('passes on at once what cannot be the beginning of a mark', () => {
  let passed = ''
  const cutter = cutAtMarks(
    Buffer.from('\0mark\n'),
    (bytes) => {
      passed += bytes.toString()
    },
    () => {},
  )
  cutter.take(Buffer.from('step 50/60\n\0ma'))
  expect(passed).toBe('step 50/60\n')
  cutter.end()
  expect(passed).toBe('step 50/60\n\0ma')
})

it('writes behind what an earlier attempt said', () => {
  const path = join(place, 'logs', 'run.log')
  for (const text of ['one\n', 'two\n']) {
    const log = openLog(path, () => {})
    log.write(Buffer.from(text))
    log.close()
    log.write(Buffer.from('too late'))
  }
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n')
})

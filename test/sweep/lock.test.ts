/** The lock of a sweep's folder: one holder at a time, and none that is gone. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { lockSweep } from '../../src/sweep/lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'rephoto-lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('is held once, also within a process, and free again', () => {
  const unlock = lockSweep(folder)
  expect(() => lockSweep(folder)).toThrow(`found process ${process.pid}`)
  unlock()
  expect(existsSync(join(folder, 'lock'))).toBe(false)
  lockSweep(folder)()
})

it.each([
  ['a process that is gone', 2 ** 22 + 1],
  ['an earlier process of our number, as in a container that was started again', process.pid],
])('is taken over from %s', (_, pid) => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, host: hostname() }))
  lockSweep(folder)()
  expect(existsSync(join(folder, 'lock'))).toBe(false)
})

it('of another machine is never taken over', () => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 1, host: 'elsewhere' }))
  expect(() => lockSweep(folder)).toThrow('found process 1 on elsewhere')
})

/** The lock of a sweep's folder: one holder at a time, and none that is gone. */
import { type ChildProcess, spawn } from 'node:child_process'
import type * as fs from 'node:fs'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { lockSweep } from '../../src/sweep/lock.ts'

/** Called around each renaming of a lock, or of what is in it. */
let aroundRename: ((rename: () => void) => void) | undefined
vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>()
  return {
    ...real,
    renameSync: (from: string, to: string) => {
      const rename = () => real.renameSync(from, to)
      if (aroundRename && /[/\\]lock(?:[/\\][^/\\]*)?$/u.test(from)) aroundRename(rename)
      else rename()
    },
  }
})

const place = mkdtempSync(join(tmpdir(), 'rephoto-lock-'))
const children: ChildProcess[] = []
afterEach(() => {
  aroundRename = undefined
  for (const child of children.splice(0)) child.kill('SIGKILL')
})
afterAll(() => rmSync(place, { recursive: true }))

/** A folder with a lock of this process number and host, as one of its processes would have made it. */
function locked(pid: number, host = hostname()): string {
  const folder = mkdtempSync(join(place, 'sweep-'))
  mkdirSync(join(folder, 'lock'))
  writeFileSync(join(folder, 'lock', `${pid}.00000000.${host}`), '')
  return folder
}

it('is held once, also within a process, and free again', () => {
  const folder = mkdtempSync(join(place, 'sweep-'))
  const unlock = lockSweep(folder)
  expect(() => lockSweep(folder)).toThrow(`found process ${process.pid} on ${hostname()}`)
  unlock()
  expect(readdirSync(folder)).toEqual([])
  lockSweep(folder)()
})

describe.each([
  ['a process that is gone', 2 ** 22 + 1],
  ['an earlier process of our number, as in a container that was started again', process.pid],
])('is taken over from %s', (_, pid) => {
  it('and given back', () => {
    const folder = locked(pid)
    const unlock = lockSweep(folder)
    expect(() => lockSweep(folder)).toThrow(`found process ${process.pid}`)
    unlock()
    expect(readdirSync(folder)).toEqual([])
  })

  it('also in the form that it had before, a file', () => {
    const folder = mkdtempSync(join(place, 'sweep-'))
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid, host: hostname() }))
    lockSweep(folder)()
    expect(readdirSync(folder)).toEqual([])
  })
})

it('of another machine is never taken over', () => {
  expect(() => lockSweep(locked(1, 'else.where'))).toThrow('found process 1 on else.where')
})

it('that a process left while it gave it back is nobody’s', () => {
  const folder = mkdtempSync(join(place, 'sweep-'))
  mkdirSync(join(folder, 'lock'))
  lockSweep(folder)()
  expect(existsSync(join(folder, 'lock'))).toBe(false)
})

describe('of a killed process', () => {
  const script = fileURLToPath(new URL('lock-child.ts', import.meta.url))
  const start = async (folder: string) => {
    const [go, told] = ['go', 'told'].map((name) => join(place, `${name}-${children.length}-${Date.now()}`)) as [
      string,
      string,
    ]
    const child = spawn(process.execPath, ['--import', 'tsx', script, folder, go, told], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    await new Promise((done) => child.stdout.once('data', done))
    /** Lets it try, and waits until it has; without a pause for anybody else in this process. */
    const tries = (): string => {
      writeFileSync(go, '')
      while (!existsSync(told)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      return readFileSync(told, 'utf8')
    }
    return { child, tries }
  }

  it('goes to one of three that want it at once', async () => {
    const folder = mkdtempSync(join(place, 'sweep-'))
    const dead = await start(folder)
    expect(dead.tries()).toBe('got')
    const gone = new Promise((done) => dead.child.once('exit', done))
    dead.child.kill('SIGKILL')
    await gone
    const [second, third] = [await start(folder), await start(folder)]

    // We have seen the dead one's lock and reach for it; then the second takes it over, and once we have reached, the third tries.
    const answers: string[] = []
    aroundRename = (rename) => {
      aroundRename = undefined
      answers.push(second.tries())
      try {
        rename()
      } finally {
        answers.push(third.tries())
      }
    }
    try {
      lockSweep(folder)
      answers.push('got')
    } catch (error) {
      answers.push(String(error))
    }
    expect(answers.filter((answer) => answer === 'got')).toHaveLength(1)
    expect(answers[0]).toBe('got')
    expect(answers[2]).toContain(`found process ${second.child.pid} on`)
  })
})

/** Who is at a folder: told by number, start and place of the process, and by its signs of life where those can't be seen. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lockFolder, workerAt } from '../../src/run/lock.ts'
import { ownProcess, standingOfProcess } from '../../src/run/process-identity.ts'
import { startBeat } from '../../src/run/sign-of-life.ts'

const root = mkdtempSync(join(tmpdir(), 'rephoto-runlock-'))
afterAll(() => rmSync(root, { recursive: true }))

interface Other {
  readonly pid: number
  readonly host?: string
  readonly place?: string
  readonly started?: string
  /** Seconds since its last sign of life. */
  readonly silent?: number
}

/** A folder with another process's lock in it. */
function lockedBy({ pid, host = hostname(), place = '0'.repeat(16), started = '0', silent = 0 }: Other): string {
  const folder = mkdtempSync(join(root, 'run-'))
  const path = join(folder, 'lock', `${pid}.00000000-0000.${place}-${started}.${encodeURIComponent(host)}`)
  mkdirSync(join(folder, 'lock'))
  writeFileSync(path, '.')
  const seconds = Date.now() / 1000 - silent
  utimesSync(path, seconds, seconds)
  return folder
}

describe('a process of another host or container', () => {
  const other = { pid: 7, host: 'else.where', place: 'f'.repeat(16), started: '123' }

  it('is at work while it gives signs of life, and the message says for how long to wait', () => {
    const folder = lockedBy({ ...other, silent: 20 })
    expect(() => lockFolder(folder, 'run')).toThrow(
      /expected a run that nobody works on, found process 7 on else\.where at it \(its last sign of life \d+ s ago\); .*start again in (?:3\d|4\d) s/u,
    )
    expect(workerAt(folder)).toMatchObject({ pid: 7, host: 'else.where' })
  })

  it('is gone after a minute of silence, and its lock is taken over', () => {
    const folder = lockedBy({ ...other, silent: 61 })
    expect(workerAt(folder)).toBeUndefined()
    const lock = lockFolder(folder, 'run')
    expect(lock.isHeld()).toBe(true)
    expect(() => lockFolder(folder, 'run')).toThrow(`found process ${process.pid}`)
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('of our own host’s name, in another container, is not taken for a number of ours that is gone', () => {
    const container = { ...other, pid: 2 ** 22 + 1, host: hostname() }
    expect(() => lockFolder(lockedBy(container), 'run')).toThrow(/found process/u)
    lockFolder(lockedBy({ ...container, silent: 61 }), 'run').release()
  })
})

it.runIf(process.platform === 'linux')(
  'a number that lives again as another process’s is not the one that held the lock',
  () => {
    const { place, started } = ownProcess()
    const again = { pid: process.ppid, host: hostname(), place: place!, started: '1' }
    expect(standingOfProcess(again)).toBe('gone')
    lockFolder(lockedBy(again), 'run').release()
    expect(standingOfProcess(ownProcess())).toBe('alive')
    expect(standingOfProcess({ ...ownProcess(), started: `${started}0` })).toBe('gone')
  },
)

it('one that lost its lock while it was suspended knows it', () => {
  const folder = mkdtempSync(join(root, 'run-'))
  const lock = lockFolder(folder, 'run')
  const [own] = readdirSync(join(folder, 'lock'))
  rmSync(join(folder, 'lock', own!))
  writeFileSync(join(folder, 'lock', '7.00000000.else.where'), '.')
  expect(lock.isHeld()).toBe(false)
  lock.release()
  expect(readdirSync(join(folder, 'lock')), 'the other one’s stays').toEqual(['7.00000000.else.where'])
})

it('signs of life come also while a computation holds up every timer', async () => {
  const path = join(root, 'beat')
  writeFileSync(path, '.')
  const stop = startBeat(path, 0.05)
  const moved = () => statSync(path).mtimeMs
  const first = moved()
  const until = Date.now() + 20_000
  // No await: the event loop of this thread stands still.
  while (moved() === first && Date.now() < until) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  expect(moved()).toBeGreaterThan(first)
  stop()
  expect(readFileSync(path, 'utf8')).toBe('.')
})

it('a killed process’s lock is free at once', async () => {
  const folder = mkdtempSync(join(root, 'run-'))
  const module = new URL('../../src/run/lock.ts', import.meta.url).href
  const code = `const { lockFolder } = await import(${JSON.stringify(module)}); lockFolder(${JSON.stringify(folder)}, 'run'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((done) => child.stdout.once('data', done))
  expect(() => lockFolder(folder, 'run')).toThrow(`found process ${child.pid}`)
  const gone = new Promise((done) => child.once('exit', done))
  child.kill('SIGKILL')
  await gone
  lockFolder(folder, 'run').release()
})

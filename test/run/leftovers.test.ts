/** What a kill or a full disk leaves: nothing that is half, and what is temporary goes at the next start. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sweepTemporary, writeAtomically } from '../../src/checkpoint/atomic.ts'
import { systemMessage, systemReason } from '../../src/checkpoint/system-error.ts'
import { memoryProblem } from '../../src/engine/memory.ts'
import { atPath } from '../../src/run/errors.ts'
import { createRunFolder, tidy } from '../../src/run/folder.ts'
import { writeTogether } from '../../src/run/together.ts'

const root = mkdtempSync(join(tmpdir(), 'rephoto-leftovers-'))
afterAll(() => rmSync(root, { recursive: true }))
const folder = () => mkdtempSync(join(root, 'f-'))

describe('after a kill', () => {
  it('temporary files go when the run goes on, also those that earlier versions left; nothing else does', () => {
    const run = folder()
    mkdirSync(join(run, 'frames'))
    const left = [
      'frames/0003.png.3117843215',
      'frames/0003.png.4194305.2.tmp',
      'result-fresh.png.2774123456',
      'losses.csv.4194305.0.tmp',
    ]
    const kept = ['frames/0001.png', 'notes.tmp', 'mine.png.tmp', 'state.safetensors']
    for (const name of [...left, ...kept]) writeFileSync(join(run, name), '')
    tidy(run, 5)
    expect((readdirSync(run, { recursive: true }) as string[]).sort()).toEqual([...kept, 'frames'].sort())
  })

  it('one that a living process writes at this moment stays', () => {
    const run = folder()
    const name = `report.html.${process.ppid}.0.tmp`
    writeFileSync(join(run, name), '')
    sweepTemporary(run)
    expect(readdirSync(run)).toEqual([name])
    utimesSync(join(run, name), 1, 1)
    sweepTemporary(run)
    expect(readdirSync(run)).toEqual([])
  })

  it('a folder in which nothing but leftovers are counts as empty', () => {
    const out = folder()
    mkdirSync(join(out, 'writing.4194305.0.tmp'))
    writeFileSync(join(out, 'writing.4194305.0.tmp', '01.png'), '')
    expect(createRunFolder(out, 'set').folder).toBe(out)
    expect(readdirSync(out)).toEqual([])
  })
})

describe('files that belong together', () => {
  it('come together, or none of them', () => {
    const out = folder()
    writeFileSync(join(out, 'report.html'), 'before')
    const first = writeTogether(out)
    first.write('tables/a.csv', 'a')
    first.write('report.html', 'after')
    first.discard()
    expect(readdirSync(out)).toEqual(['report.html'])
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('before')

    const second = writeTogether(out)
    second.write('tables/a.csv', 'a')
    second.write('report.html', 'after')
    second.commit()
    expect((readdirSync(out, { recursive: true }) as string[]).sort()).toEqual([
      'report.html',
      'tables',
      'tables/a.csv',
    ])
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toBe('after')
  })

  // A disk that is full needs a disk of one's own, which only root may mount.
  const mounted = tinyDisk()
  it.runIf(mounted !== undefined)('leave nothing on a full disk, and one line says that it is full', () => {
    const out = join(mounted!, 'out')
    const together = writeTogether(out)
    try {
      together.write('tables/a.csv', 'a'.repeat(1000))
      expect(() => together.write('big.png', new Uint8Array(1 << 20))).toThrow(
        /^[^\n]*big\.png: cannot be written: expected free space, found a full disk \(ENOSPC\); make room[^\n]*$/u,
      )
    } finally {
      together.discard()
    }
    expect(readdirSync(out)).toEqual([])
    expect(() => writeAtomically(join(out, 'x'), (write) => write(new Uint8Array(1 << 20)))).toThrow(
      /found a full disk/u,
    )
    expect(readdirSync(out)).toEqual([])
  })
  afterAll(() => {
    if (mounted !== undefined) execFileSync('umount', [mounted])
  })
})

function tinyDisk(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const place = mkdtempSync(join(tmpdir(), 'rephoto-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', place], { stdio: 'ignore' })
    return place
  } catch {
    return undefined
  }
}

describe('what the system refuses', () => {
  const refusal = (code: string, syscall = 'open') =>
    Object.assign(new Error(`${code}: words`), { code, syscall, path: '/p' })

  it.each([
    ['EROFS', /read-only file system \(EROFS\)/u],
    ['ENOSPC', /found a full disk \(ENOSPC\); make room/u],
    ['EDQUOT', /found a full disk \(EDQUOT\)/u],
    ['EMFILE', /limit of open files reached \(EMFILE\); raise it/u],
    ['ENFILE', /limit of open files/u],
    ['EACCES', /found no permission \(EACCES\)/u],
    ['EIO', /found one that fails \(EIO\)/u],
    ['ENOMEM', /expected more memory, found none left/u],
    ['ENAMETOOLONG', /expected a shorter name/u],
  ])('%s is said in one line with what to do', (code, words) => {
    expect(systemMessage(refusal(code))).toMatch(words)
    expect(() =>
      atPath('/p', () => {
        throw refusal(code)
      }),
    ).toThrow(words)
    expect(systemReason(refusal(code))).not.toContain('\n')
  })

  it('memory that ran out is told from mistakes', () => {
    for (const message of [
      'std::bad_alloc',
      'Array buffer allocation failed',
      'Failed to allocate memory for requested buffer of size 8',
    ]) {
      const failed = () => {
        throw new RangeError(message)
      }
      expect(() => atPath('/p', failed)).toThrow(/^not enough memory: /u)
    }
    expect(memoryProblem(new TypeError('x is undefined'))).toBeUndefined()
  })
})

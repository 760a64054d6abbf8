/** Names of any content become lines, words of a shell, cells, attributes and folders. FUZZ=100000 tries as many. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { plainOperands } from '../../src/cli/operands.ts'
import { csvOf } from '../../src/compare/csv.ts'
import { escapeHtml, jsonScript } from '../../src/report/html.ts'
import { runName, slug } from '../../src/sweep/names.ts'
import { arrayScript } from '../../src/sweep/slurm-script.ts'
import { shellWord } from '../../src/text/shell.ts'
import { cut, cutMiddle, oneLine, reasonOf, visible } from '../../src/text/visible.ts'
import { cases, hostileName, hostileText, inParts, SPECIAL, unshown } from '../support/hostile-texts.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-names-'))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const numRuns = cases(500)

describe('a line', () => {
  it('holds nothing that a terminal obeys, and ordinary text as it was', async () => {
    await inParts(
      fc.property(hostileText, (text) => {
        const line = oneLine(text)
        expect(unshown(line)).toBeUndefined()
        expect(line).not.toContain('\n')
        expect(oneLine(line)).toBe(line)
        // Letters and marks that are blank are written out, too.
        if (unshown(text) === undefined && !/[\n\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5/u.test(text))
          expect(line).toBe(text)
        // What stays are line feeds and tabs.
        expect(unshown(visible(text).replaceAll('\t', ''))).toBeUndefined()
      }),
      numRuns,
    )
  })

  it('shows what it was, in the form of JSON', () => {
    for (const character of SPECIAL) {
      if (oneLine(character) === character) continue
      expect(JSON.parse(`"${oneLine(character)}"`)).toBe(character)
    }
    expect(oneLine('a\u001b[31mb\nc')).toBe('a\\u001b[31mb\\nc')
    expect(oneLine('Élodie Müller 山田.jpg')).toBe('Élodie Müller 山田.jpg')
  })

  it('is cut between characters', async () => {
    await inParts(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 30 }), (text, most) => {
        for (const short of [cut(text, most), cutMiddle(text, most)]) {
          expect(short.length).toBeLessThanOrEqual(Math.max(most, 1))
          if (!/\p{Cs}/u.test(text)) expect(short).not.toMatch(/\p{Cs}/u)
          if (text.length <= most) expect(short).toBe(text)
          else expect(short).toContain('…')
        }
      }),
      numRuns,
    )
    expect(cut('👩👩👩', 4)).toBe('👩…')
  })

  it('has the whole reason of a foreign error', async () => {
    expect(reasonOf(new Error('bad seek to 12\nheif: Unsupported feature: HEVC isn’t built in\nbad seek to 12'))).toBe(
      'bad seek to 12; heif: Unsupported feature: HEVC isn’t built in',
    )
    expect(reasonOf('Invalid values:\n  Argument: x')).toBe('Invalid values: Argument: x')
    expect(reasonOf(new Error('\u001b[1;31m2026 [E:onnxruntime]\u001b[m failed'))).toBe('2026 [E:onnxruntime] failed')
    expect(reasonOf(new Error(''))).toBe('no reason given')
    expect(reasonOf('x'.repeat(1e6)).length).toBe(400 - 1)
    await inParts(
      fc.property(hostileText, (text) => {
        const reason = reasonOf(new Error(text))
        expect(unshown(reason)).toBeUndefined()
        expect(reason).not.toContain('\n')
        expect(reason.length).toBeLessThanOrEqual(400)
      }),
      numRuns,
    )
  })
})

describe('a word of a shell', () => {
  const words = (texts: readonly string[]) => {
    const script = `printf '%s\\0' ${texts.map(shellWord).join(' ')}`
    expect(unshown(script)).toBeUndefined()
    expect(script).not.toContain('\n')
    const printed = execFileSync('bash', ['--norc', '-c', script], {
      cwd: place,
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    })
    return printed.toString().split('\0').slice(0, -1)
  }

  it('is what bash understands, whatever is in it', async () => {
    const arguable = SPECIAL.filter((character) => character !== '\0' && !/\p{Cs}/u.test(character))
    const around = arguable.flatMap((character) => [
      character,
      `a${character}b`,
      `${character}touch canary${character}`,
    ])
    expect(words(around)).toEqual(around)
    const text = hostileText.map((raw) => raw.replaceAll(/[\0\p{Cs}]/gu, ''))
    await inParts(
      fc.property(fc.array(text, { minLength: 40, maxLength: 40 }), (texts) => {
        expect(words(texts)).toEqual(texts)
      }),
      Math.ceil(numRuns / 100),
    )
    expect(readdirSync(place)).toEqual([])
  })

  it('cannot hold a NUL', () => {
    expect(() => shellWord('a\0b')).toThrow(RangeError)
  })
})

it('the script of a job array runs nothing that stands in a name or a path', async () => {
  const program = join(place, 'print.sh')
  writeFileSync(program, '#!/bin/bash\nprintf "%s\\0" "$@"\n', { mode: 0o755 })
  const list = join(place, 'tasks.txt')
  writeFileSync(list, 'first--01--0\n')
  const check = (text: string) => {
    const folder = join(place, 'sweeps', text.replaceAll(/[/\0\p{Cs}]/gu, '_'))
    mkdirSync(folder, { recursive: true })
    const script = join(place, 'array.sh')
    writeFileSync(script, arrayScript({ name: text, folder, threads: 1, command: [program] }))
    const printed = execFileSync('bash', [script, list], {
      cwd: place,
      env: { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: '0' },
      encoding: 'utf8',
    })
    expect(printed.split('\0')).toEqual(['sweep-run', folder, 'first--01--0', ''])
    expect(existsSync(join(place, 'canary'))).toBe(false)
  }
  check(SPECIAL.join(''))
  for (const character of ['\n', '\r', '\u0085', '\u2028', '"', "'", '\\', '$', '`', '#', '%'])
    check(`${character}touch canary${character}#SBATCH --wrap=x`)
  await inParts(fc.property(hostileName, check), Math.ceil(numRuns / 200))
}, 600_000)

describe('a cell of a CSV', () => {
  it('is no formula, and numbers stay numbers', async () => {
    expect(
      csvOf(['=a'], [['=1+1'], ['+1'], ['-x'], ['@x'], [' =x'], ['\tx'], ['\rx'], [' \t'], ['＝x'], ['a=b']]),
    ).toBe(`'=a\n'=1+1\n'+1\n'-x\n'@x\n' =x\n'\tx\n\\rx\n' \t\n'＝x\na=b\n`)
    expect(csvOf(['v'], [[-1.5], ['-1.5'], ['1e-7'], [0], [null], [true], ['-1.5e+10'], ['-Infinity']])).toBe(
      "v\n-1.5\n-1.5\n1e-7\n0\n\ntrue\n-1.5e+10\n'-Infinity\n",
    )
    await inParts(
      fc.property(hostileText, (text) => {
        const [, cell] = /^h\n("(?:[^"]|"")*"|[^"\n]*)\n$/u.exec(csvOf(['h'], [[text]]))!
        const plain = cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!
        if (!/^-?[\d.]+(?:e[+-]?\d+)?$/iu.test(plain)) expect(plain).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/u)
        expect(unshown(plain.replaceAll('\t', ''))).toBeUndefined()
        expect(plain.replace(/^'/u, '')).toBe(visible(text).replace(/^'/u, ''))
      }),
      numRuns,
    )
  })
})

it('an attribute of a page, a text of a drawing and the data of its scripts hold what they may', async () => {
  await inParts(
    fc.property(hostileText, (text) => {
      const escaped = escapeHtml(text)
      expect(escaped).not.toMatch(/[<>"']/u)
      expect(unshown(escaped.replaceAll('\t', ''))).toBeUndefined()
      const { text: script } = jsonScript('x', { text })
      const json = script.replace(/^<script[^>]*>/u, '').replace(/<\/script>$/u, '')
      expect(json).not.toContain('<')
      expect((JSON.parse(json) as { text: string }).text).toBe(visible(text))
    }),
    numRuns,
  )
})

it('a folder of a run is one that every file system takes, and long names stay apart', async () => {
  await inParts(
    fc.property(hostileText, hostileText, (a, b) => {
      const name = runName(slug(a), slug(b), 0xffffffff)
      expect(name).toMatch(/^[\p{L}\p{N}._][\p{L}\p{N}._-]*$/u)
      expect(Buffer.byteLength(`${name}.json.1234567.tmp`)).toBeLessThanOrEqual(255)
    }),
    numRuns,
  )
  expect(slug(`${'x'.repeat(300)}1`)).not.toBe(slug(`${'x'.repeat(300)}2`))
  expect(slug('no colour!')).toBe('no-colour')
})

it('behind -- nothing is an option, and - is the standard input', () => {
  expect(plainOperands(['run', '--seed', '3', '--', '-weird.jpg', '--out', 'a'])).toEqual([
    ...['run', '--seed', '3', './-weird.jpg', './--out', 'a'],
  ])
  expect(plainOperands(['run', '-', '--out', '-'])).toEqual(['run', '/dev/stdin', '--out', '-'])
  expect(plainOperands(['guess', '--json', '-'])).toEqual(['guess', '--json', '/dev/stdin'])
  expect(plainOperands(['report', '--', '--'])).toEqual(['report', './--'])
})

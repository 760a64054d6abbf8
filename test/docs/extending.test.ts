// docs/extending.md works as it stands: its files go into a copy of the sources, its lines to the ends of the lists, its
// tests pass there, and its config runs.

import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readLosses } from '../../src/run/losses.ts'

const copy = mkdtempSync(join(tmpdir(), 'rephoto-extending-'))
const tests: string[] = []

beforeAll(() => {
  for (const name of ['src', 'bin', 'configs', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'test/support'])
    cpSync(name, join(copy, name), { recursive: true })
  for (const name of ['node_modules', 'models', 'examples']) symlinkSync(join(process.cwd(), name), join(copy, name))
  for (const { path, more, code } of blocks(readFileSync('docs/extending.md', 'utf8'))) {
    const file = join(copy, path)
    mkdirSync(dirname(file), { recursive: true })
    if (more) appendFileSync(file, code)
    else writeFileSync(file, code)
    if (path.endsWith('.test.ts')) tests.push(path)
  }
})
afterAll(() => rmSync(copy, { recursive: true }))

/** Code blocks whose first line names a file. */
function blocks(markdown: string): { path: string; more: boolean; code: string }[] {
  return [...markdown.matchAll(/^```\w+\n\/\/ (one more line in )?(\S+\.(?:ts|json5))\n([\s\S]*?)^```$/gm)].map(
    (match) => ({
      path: match[2]!,
      more: match[1] !== undefined,
      code: match[3]!,
    }),
  )
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: copy, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

it("has every block it needs, and the examples' own tests pass", () => {
  expect(tests).toEqual([
    'test/degrade/tilt.test.ts',
    'test/optimize/symmetry.test.ts',
    'test/upscale/srcnn.test.ts',
    'test/optimize/momentum.test.ts',
    'test/methods/poster.test.ts',
  ])
  expect(node('node_modules/vitest/vitest.mjs', 'run', ...tests)).toMatch(/Tests\s+.*8 passed/)
})

it('runs an optimization with the new stage and the new term', () => {
  node(
    'bin/rephoto.js',
    'run',
    'uneven.json5',
    '--out',
    'run',
    '--set',
    'optimize.steps=[2,4]',
    '--set',
    'output.frames=0',
  )
  const rows = readLosses(join(copy, 'run/losses.csv'))
  expect(rows).toHaveLength(6)
  const last = rows.at(-1)!
  expect(last.losses.terms.symmetry!.weighted).toBeCloseTo(0.1 * last.losses.terms.symmetry!.raw, 6)
  expect(last.losses.terms.symmetry!.raw).toBeGreaterThan(0)
  for (const name of ['tilt.slope[0]', 'tilt.slope[1]']) {
    expect(Math.abs(last.camera[name]!)).toBeGreaterThan(0)
    expect(Math.abs(last.camera[name]!)).toBeLessThanOrEqual(0.5)
  }
})

it('runs the new method, measured by the new metric, and by a command of its own', () => {
  node('bin/rephoto.js', 'run', 'poster.json5', '--out', 'poster')
  const rows = readLosses(join(copy, 'poster/losses.csv'))
  expect(rows).toHaveLength(60)
  expect(Object.keys(rows[0]!.losses.terms)).toEqual(['dark', 'light'])
  expect(readFileSync(join(copy, 'poster/report.html'), 'utf8')).toContain('Many tones and two')
  expect(JSON.parse(readFileSync(join(copy, 'poster/metrics.json'), 'utf8'))).toMatchObject({
    values: { colorfulness: 0 },
  })
  expect(node('bin/rephoto.js', 'poster', 'examples/antique-b.png', '--steps', '3', '--out', 'by-command')).toMatch(
    /result: .*by-command/u,
  )
})

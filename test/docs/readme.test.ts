// The README's line of each method runs as it stands, only smaller.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const place = mkdtempSync(join(tmpdir(), 'rephoto-readme-'))
afterAll(() => rmSync(place, { recursive: true }))

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> }
const lines = [
  scripts.quickstart!.replace('node bin/rephoto.js ', ''),
  ...[...readFileSync('README.md', 'utf8').matchAll(/^ {4}npx rephoto (\w+ examples\/.*)$/gmu)].map(
    (match) => match[1]!,
  ),
]

/** What makes a run of each method small. */
const smaller: Readonly<Record<string, readonly string[]>> = {
  run: ['--set', 'optimize.steps=[1,1]'],
  stylize: ['--size', '48', '--set', 'optimize.steps=[2]'],
  upscale: ['--out', join(place, 'larger.png')],
}

/** The option that names the folder of a run. */
const folderOption: Readonly<Record<string, string>> = { upscale: '--reports' }

it('has a line of every method', () => {
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['run', 'stylize', 'upscale'])
})

it.each(lines)('rephoto %s', (line) => {
  const [command, ...words] = line.split(' ')
  const out = join(place, command!)
  const args = ['bin/rephoto.js', command!, ...words, ...smaller[command!]!, folderOption[command!] ?? '--out', out]
  const said = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  expect(said).toContain(join(out, 'result.png'))
})

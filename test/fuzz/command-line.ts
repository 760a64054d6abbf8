/**
 * Damaged run folders through the command line: npx tsx test/fuzz/command-line.ts [RUN] [CASES] [SEED]. No trace, no "mistake in
 * rephoto", no raw control character, at most 10 s of the processor and 1 GB a process; RUN is the folder of a finished run of any method.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { randomStream } from '../../src/numbers/random.ts'
import { isCleanLine } from './clean.ts'

const [run = 'reports/quickstart', cases = '100', seed = '1'] = process.argv.slice(2)
const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))
const place = mkdtempSync(join(tmpdir(), 'rephoto-fuzz-cli-'))
const FILES = [
  'manifest.json',
  'config.json',
  'metrics.json',
  'losses.csv',
  'aligned.png',
  'content.png',
  'result.png',
  'initial.safetensors',
].filter((name) => existsSync(join(run, name)))
const VALUES = [
  'null',
  '-1',
  '1e300',
  '"\\u001b[31m\\u202e"',
  '{}',
  '[]',
  `"${'x'.repeat(50_000)}"`,
  '['.repeat(5000),
  'true',
  '\u0007',
]
const COMMANDS = ['report', 'resume', 'compare'] as const

/** Everything that is wrong with an answer. */
function wrongWith(text: string, seconds: number, megabytes: number): string[] {
  const found: string[] = []
  if (/mistake in rephoto|\n\s+at /u.test(text)) found.push('a trace or a mistake')
  if (!text.split('\n').every(isCleanLine)) found.push('a control character, or a line that nobody reads')
  if (seconds > 10) found.push(`${seconds.toFixed(1)} s`)
  if (megabytes > 1024) found.push(`${megabytes} MB`)
  return found
}

function damage(folder: string, pick: (count: number) => number): string {
  const file = FILES[pick(FILES.length)]!
  const path = join(folder, file)
  const text = readFileSync(path, 'latin1')
  const kind = pick(4)
  if (kind === 0) {
    rmSync(path)
    symlinkSync('/etc/passwd', path)
    return `${file} is a link`
  }
  const value = VALUES[pick(VALUES.length)]!
  const keys = [...text.matchAll(/"([^"]+)": [^{[\n]+/gu)]
  if (kind < 3 && keys.length > 0) {
    const key = keys[pick(keys.length)]!
    writeFileSync(
      path,
      text.slice(0, key.index) +
        `"${key[1]}": ${value}` +
        (key[0].endsWith(',') ? ',' : '') +
        text.slice(key.index + key[0].length),
      'latin1',
    )
    return `${file}: ${key[1]} = ${value.slice(0, 20)}`
  }
  const at = pick(text.length)
  writeFileSync(path, text.slice(0, at) + value + text.slice(at + pick(200)), 'latin1')
  return `${file}: bytes at ${at}`
}

let bad = 0
let [slowest, largest] = [0, 0]
for (let index = 0; index < Number(cases); index++) {
  const numbers = randomStream(Number(seed), `cli/${index}`).normal(16)
  let drawn = 0
  const pick = (count: number) => Math.floor(((Math.abs(numbers[drawn++ % 16]!) * 1e4) % 1) * count)
  const folder = join(place, `run-${index}`)
  cpSync(run, folder, { recursive: true })
  if (pick(2) === 0) {
    const manifest = join(folder, 'manifest.json')
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"status": "complete"', '"status": "partial"'))
  }
  const what = damage(folder, pick)
  const command = COMMANDS[index % COMMANDS.length]!
  // The wrapper tells peak and processor time, which spawnSync doesn't.
  const wrapper = `const {spawnSync}=require('node:child_process');const r=spawnSync(process.execPath,${JSON.stringify([bin, command, folder])},{encoding:'utf8',cwd:${JSON.stringify(place)},timeout:120000});process.stdout.write(JSON.stringify({text:r.stdout+r.stderr,status:r.status}))`
  const { stdout } = spawnSync(
    '/usr/bin/time',
    ['-f', '%M %U %S', '-o', join(place, 'spent'), process.execPath, '-e', wrapper],
    { encoding: 'utf8' },
  )
  const { text, status } = JSON.parse(stdout) as { text: string; status: number | null }
  const spent = readFileSync(join(place, 'spent'), 'utf8').trim().split('\n').at(-1)!.split(' ').map(Number)
  const seconds = spent[1]! + spent[2]!
  const megabytes = Math.round(spent[0]! / 1024)
  slowest = Math.max(slowest, seconds)
  largest = Math.max(largest, megabytes)
  const wrong = wrongWith(text, status === 0 ? 0 : seconds, megabytes)
  if (wrong.length > 0) {
    bad++
    process.stdout.write(`${command}, ${what}: ${wrong.join(', ')}: ${JSON.stringify(text.slice(-300))}\n`)
  }
  rmSync(folder, { recursive: true })
}
rmSync(place, { recursive: true })
process.stdout.write(`${cases} cases, ${bad} bad; the slowest ${slowest.toFixed(1)} s, the largest ${largest} MB\n`)
process.exitCode = bad > 0 ? 1 : 0

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rephoto } from './spawn.ts'

describe('the command line', () => {
  it('--help lists every command', async () => {
    const { code, stdout, stderr } = await rephoto(['--help'])
    expect(code).toBe(0)
    expect(stderr).toBe('')
    for (const command of ['run', 'resume', 'align', 'encode', 'report', 'export', 'doctor']) {
      expect(stdout).toContain(`rephoto ${command}`)
    }
  })

  it.each([
    ['no command', [], 2, /expected a command/u],
    ['a misspelt command', ['rum', 'x.png'], 2, /did you mean run\?/u],
    ['an unknown option', ['run', 'x.png', '--bogus'], 2, /unknown option --bogus; --help lists the options/u],
    ['nothing to work on', ['run'], 2, /expected something to work on/u],
    [
      'an unknown key',
      ['run', 'x.png', '--set', 'optimise.lr=3'],
      1,
      /optimise: unknown key; the nearest valid key is optimize/u,
    ],
    ['a number without digits', ['run', 'x.png', '--seed'], 2, /--seed: expected a number, found nothing/u],
    [
      'a choice that is none',
      ['run', 'x.png', '--device', 'gpu'],
      2,
      /--device: expected one of "auto", "cpu", "webgpu", "cuda", found "gpu"; the nearest is/u,
    ],
    [
      'a role that is none',
      ['models', 'import', 'x', '--as', 'blue'],
      2,
      /--as: expected one of b, gb, g, .*stylegan2.*, found "blue"/u,
    ],
    [
      'an operand behind --',
      ['report', '--', '-\u001b[31mred'],
      1,
      /^rephoto: \S*-\\u001b\[31mred: expected a run folder/u,
    ],
    ['a missing run', ['resume', 'nowhere'], 1, /nowhere: expected a run folder/u],
  ] as const)('%s ends in one line and a code', async (_, args, expected, message) => {
    const { code, stdout, stderr } = await rephoto(args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(expected)
  })

  it('--dry-run says what a run would be, and makes none', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'rephoto-dry-'))
    const [picture, style] = ['harbour', 'brushwork'].map((name) => resolve(`examples/${name}.jpg`)) as [string, string]
    const { code, stdout, stderr } = await rephoto(
      ['stylize', picture, '--style', style, '--size', '64', '--dry-run'],
      { cwd },
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stylize: .*harbour\.jpg, 512×384$/mu)
    expect(stdout).toMatch(/^64×48 px: 150 × \d+\.\d GFLOP, about .* each, (?:\d+ MB|\d\.\d GB)$/mu)
    expect(stdout).toMatch(/^about .* at the \d+ GFLOP\/s that this machine reaches now$/mu)
    expect(stdout).toMatch(/^about 0\.\d GB of memory; .* are there$/mu)
    expect(stderr).toBe('nothing was written; the same without --dry-run makes the run\n')
    expect(readdirSync(cwd)).toEqual([])
    rmSync(cwd, { recursive: true })
  })

  it.skipIf(process.platform !== 'linux')(
    'says that the result could not be written, and that the folder is gone',
    async () => {
      const { code, stderr } = await shell('exec "$0" "$1" models path compact > /dev/full')
      expect(stderr).toBe(
        'rephoto: standard output: expected to write the result, found a full disk (ENOSPC); what was made is kept\n',
      )
      expect(code).toBe(1)
      const gone = await shell('d=$(mktemp -d); cd "$d"; rmdir "$d"; exec "$0" "$1" doctor')
      expect(gone.stderr).toBe(
        'rephoto: the current folder: expected one that is there, found that it was deleted; go to another\n',
      )
      expect(gone.code).toBe(1)
    },
  )
})

it('writes in one place, so that nothing reaches a terminal as it is', () => {
  const writing = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /process\.std(?:out|err)\.write|console\./u.test(readFileSync(join('src', name), 'utf8')))
  // print.ts, what is said at the end, the redrawn count of a set, and processes whose reader is rephoto itself.
  expect(writing.map((name) => name.replaceAll('\\', '/')).sort()).toEqual([
    'cli/failure.ts',
    'cli/print.ts',
    'cli/synth.ts',
    'engine/onnxruntime/probe-main.ts',
    'sweep/told-runs.ts',
  ])
})

function shell(script: string): Promise<{ code: number | null; stderr: string }> {
  return new Promise((done) => {
    const child = spawn('sh', ['-c', script, process.execPath, resolve('bin/rephoto.js')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
    })
    child.on('close', (code) => done({ code, stderr }))
  })
}

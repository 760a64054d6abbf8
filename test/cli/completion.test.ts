// Completion in the shells themselves, where they are installed.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { valuesFor } from '../../src/cli/complete-values.ts'
import { rephoto } from './spawn.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-completion-'))
const env = { ...process.env, PATH: `${place}/bin:${process.env.PATH}`, HOME: place, SHELL: '/bin/sh' }

beforeAll(async () => {
  mkdirSync(join(place, 'bin'))
  writeFileSync(
    join(place, 'bin/rephoto'),
    `#!/bin/sh\nexec '${process.execPath}' '${resolve('bin/rephoto.js')}' "$@"\n`,
  )
  chmodSync(join(place, 'bin/rephoto'), 0o755)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await rephoto(['completion', shell])
    expect(code).toBe(0)
    writeFileSync(join(place, `script.${shell}`), stdout)
  }
  writeFileSync(join(place, 'grandmother.jpg'), '')
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

/** What each shell offers for a line whose last word is being written. */
const asked: Readonly<Record<string, (words: readonly string[]) => string>> = {
  bash: (words) =>
    execFileSync(
      'bash',
      [
        ...[
          '--norc',
          '-c',
          `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _rephoto_completion; printf '%s\\n' "\${COMPREPLY[@]}"`,
        ],
        ...['bash', join(place, 'script.bash'), ...words],
      ],
      { env, cwd: place, encoding: 'utf8' },
    ),
  // The functions of its completion system need a terminal; what they are called with is what counts.
  zsh: (words) =>
    execFileSync(
      'zsh',
      [
        ...[
          '-f',
          '-c',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: of zsh
          'compdef() { : }; _describe() { print -l -- ${(P)2} }; _default() { print -l -- * }; source $1; shift; words=("$@"); CURRENT=$#; _rephoto',
        ],
        ...['zsh', join(place, 'script.zsh'), ...words],
      ],
      { env, cwd: place, encoding: 'utf8' },
    ),
  fish: (words) =>
    execFileSync(
      'fish',
      ['--no-config', '-c', `source $argv[1]; complete -C "${words.join(' ')}"`, join(place, 'script.fish')],
      {
        env,
        cwd: place,
        encoding: 'utf8',
      },
    ),
}

const offered = (shell: string, ...words: string[]) =>
  asked[shell]!(words)
    .split('\n')
    .map((line) => line.split(shell === 'zsh' ? ':' : '\t')[0]!)
    .filter((word) => word !== '')

describe.each(Object.keys(asked))('%s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0
  it.skipIf(!isThere)(
    `completes commands, options, choices, presets and keys${isThere ? '' : ' (skipped: not installed)'}`,
    () => {
      // bash and fish leave out what does not begin so, zsh does that later.
      const commands = offered(shell, 'rephoto', 'sty')
      if (shell === 'zsh') expect(commands).toContain('stylize')
      else expect(commands).toEqual(['stylize'])
      if (shell === 'bash')
        expect(offered(shell, 'rephoto', 'sweep', '--launcher', '')).toEqual(expect.arrayContaining(['local', 'slurm']))
      const presets = offered(shell, 'rephoto', 'run', '--preset', 'antique')
      expect(presets.sort()).toEqual(['antique-b', 'antique-g', 'antique-gb'])
      // Nothing of its own: files.
      if (shell !== 'bash') expect(offered(shell, 'rephoto', 'run', 'grand')).toContain('grandmother.jpg')
      else expect(offered(shell, 'rephoto', 'run', 'grand')).toEqual([])
    },
  )
})

it('knows keys of configs, and leaves the rest to yargs', async () => {
  expect(await valuesFor(['rephoto', 'run', '--set', 'losses.eye.we'])).toEqual(['losses.eye.weight='])
  expect(await valuesFor(['rephoto', 'stylize', 'a.jpg', '--set', 'size.'])).toContain('size.tile=')
  expect(await valuesFor(['rephoto', 'run', '--preset', '=', 'paint'])).toContain('painting')
  expect(await valuesFor(['rephoto', 'run', '--pack', ''])).toContain('compact')
  expect(await valuesFor(['rephoto', 'run', '--device', ''])).toBeUndefined()
})

it('answers whatever stands on the line, and says nothing else', async () => {
  for (const words of [
    ['run', '--nonsense', ''],
    ['runs', 'list', '--so'],
  ]) {
    const { stdout, stderr, code } = await rephoto(['--get-yargs-completions', 'rephoto', ...words])
    expect([stderr, code], words.join(' ')).toEqual(['', 0])
    if (words[0] === 'runs') expect(stdout).toContain('--sort')
  }
})

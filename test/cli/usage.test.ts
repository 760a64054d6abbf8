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
    ['a missing run', ['resume', 'nowhere'], 1, /nowhere: expected a run folder/u],
  ] as const)('%s ends in one line and a code', async (_, args, expected, message) => {
    const { code, stdout, stderr } = await rephoto(args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(stdout).toBe('')
    expect(code).toBe(expected)
  })
})

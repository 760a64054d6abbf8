import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readPicture } from '../../src/images/read.ts'
import { type PictureGuess, settleAuto } from '../../src/methods/rephotograph/auto.ts'
import { rephoto } from '../cli/spawn.ts'

const portrait = new URL('../../examples/antique-gb.png', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'rephoto-guess-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("'auto' in a config", () => {
  it('becomes values before the run, and only where it stands', async () => {
    const picture = await readPicture(portrait)
    const align = { mode: 'none' } as const
    const both = await settleAuto(
      { align, sensitivity: 'auto', degradation: { blur: { radius: 'auto', kernel: 'gaussian' } } },
      picture,
    )
    expect(both.config.sensitivity).toBe(both.guess!.emulsion.best)
    expect(both.config.degradation?.blur).toEqual({ radius: both.guess!.blur.radius, kernel: 'gaussian' })
    expect(both.notes).toHaveLength(2)
    const one = await settleAuto({ align, sensitivity: 'b', degradation: { blur: { radius: 'auto' } } }, picture)
    expect(one.config.sensitivity).toBe('b')
    const none = { sensitivity: 'gb' } as const
    expect(await settleAuto(none, picture)).toEqual({ config: none, guess: undefined, notes: [] })
  })

  it('is recorded with the run, whose config has the values', async () => {
    const out = join(folder, 'run')
    const { code, stderr } = await rephoto(
      ['run', portrait, '--align', 'none', '--sensitivity', 'auto', '--set', 'degradation.blur.radius=auto'].concat([
        '--set',
        'optimize.steps=[1,1]',
        '--set',
        'output.frames=0',
        '--out',
        out,
      ]),
    )
    expect(stderr).toMatch(/sensitivity guessed: /u)
    expect(code).toBe(0)
    const read = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8'))
    const { guess } = read('manifest.json') as { guess: PictureGuess }
    const config = read('config.json') as { sensitivity: string; degradation: { blur: { radius: number } } }
    expect(config.sensitivity).toBe(guess.emulsion.best)
    expect(config.degradation.blur.radius).toBe(guess.blur.radius)
  })
})

describe('rephoto guess', () => {
  it('prints both guesses with their uncertainty, and how to use them', async () => {
    const { code, stdout } = await rephoto(['guess', portrait, '--align', 'none'])
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^sensitivity: g?b? \d+ %, .*\nblur radius: \d\.\d\d \(\d\.\d\d to \d\.\d\d with 90 %, against .*\)\nto use them: --sensitivity \w+ --set degradation\.blur\.radius=[\d.]+\n$/u,
    )
    const { stdout: json } = await rephoto(['guess', portrait, '--align', 'none', '--json'])
    const guess = JSON.parse(json) as PictureGuess
    expect(stdout).toContain(`--sensitivity ${guess.emulsion.best} `)
  })

  it('says mistakes in one line', async () => {
    const missing = await rephoto(['guess', join(folder, 'none.png')])
    expect([missing.code, missing.stderr.trimEnd().split('\n').length]).toEqual([1, 1])
    expect(missing.stderr).toMatch(/none\.png: no such file/u)
    const config = await rephoto(['guess', 'antique.json5'])
    expect([config.code, config.stderr]).toEqual([2, 'rephoto: antique.json5: expected a picture, found a config\n'])
  })
})

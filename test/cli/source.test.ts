/** What a command is given to work on: what is meant is done, or the command that does it is named. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Argv } from 'yargs'
import { facesOf } from '../../src/cli/alignment.ts'
import { checkOptions } from '../../src/cli/check-options.ts'
import { sourceConfig, sourcesOf } from '../../src/cli/source.ts'
import { loadConfig } from '../../src/methods/configs.ts'
import { loadExperiment } from '../../src/sweep/experiment.ts'

const place = mkdtempSync(join(tmpdir(), 'rephoto-source-'))
const at = (name: string) => join(place, name)
afterAll(() => rmSync(place, { recursive: true, force: true }))
beforeAll(() => {
  for (const folder of ['pictures', 'empty', 'run', 'sweep', 'pack', "it's here"]) mkdirSync(at(folder))
  for (const name of ['pictures/a.png', 'pictures/b.JPG', 'pictures/notes.txt', "it's here/1.png", 'one.png'])
    writeFileSync(at(name), 'junk')
  writeFileSync(at('run/manifest.json'), '{}')
  writeFileSync(at('sweep/sweep.json'), '{}')
  writeFileSync(at('pack/pack.json'), '{}')
  writeFileSync(at('y.yaml'), 'input: a.png\n')
  writeFileSync(at('yaml.json5'), '# mine\ninput: a.png\nseed: 3\n')
  writeFileSync(at('toml.json5'), '[optimize]\nlr = 3\n')
  writeFileSync(at('config.txt'), '// mine\n{ seed: 3 }')
  writeFileSync(at('experiment.json5'), "{ inputs: [{ files: 'one.png' }] }")
  writeFileSync(at('config.json5'), "{ extends: 'antique-b', input: 'one.png' }")
  writeFileSync(at('utf16.json5'), Buffer.from('\ufeff{ seed: 1 }', 'utf16le'))
  writeFileSync(at('latin1.json5'), Buffer.from("{ input: 'M\u00fcller.png' }", 'latin1'))
  writeFileSync(at('bom.json5'), '\ufeff{ seed: 9 }')
})

const said = (action: () => unknown) => {
  try {
    return JSON.stringify(action())
  } catch (error) {
    return (error as Error).message.replaceAll(place, '…')
  }
}

describe('a source', () => {
  it('is a picture, a config or a preset', () => {
    expect(sourceConfig(at('one.png'))).toEqual({ input: at('one.png') })
    expect(sourceConfig(at('config.json5'))).toMatchObject({ input: at('one.png'), sensitivity: 'b' })
    expect(sourceConfig('antique-gb')).toMatchObject({ sensitivity: 'gb' })
    expect(sourceConfig(at('bom.json5'))).toEqual({ seed: 9 })
  })

  it.each([
    ['pictures', /found a folder with 2 pictures; one run of each: rephoto run …\/pictures$/u],
    ['empty', /found a folder without pictures$/u],
    [
      'run',
      /found the folder of a run; continue it with: rephoto resume …\/run, or repeat it with: rephoto run …\/run\/config\.json$/u,
    ],
    ['sweep', /found the folder of a sweep or batch; .* compared with: rephoto compare …\/sweep$/u],
    ['pack', /found a model pack; it is named with --pack$/u],
    ['y.yaml', /expected a picture or a config in JSON5, found YAML; write it as \{ key: value, … \}/u],
    [
      'yaml.json5',
      /yaml\.json5:1: expected JSON5, found invalid character '#'; it looks like YAML, a config is JSON5/u,
    ],
    ['toml.json5', /it looks like TOML, a config is JSON5/u],
    ['config.txt', /found what looks like a config; give it a name that ends in \.json5$/u],
    ['experiment.json5', /found an experiment; start it with: rephoto sweep …\/experiment\.json5$/u],
    ['utf16.json5', /expected text in UTF-8, found UTF-16; save it as UTF-8$/u],
    ['latin1.json5', /found bytes of another encoding; save it as UTF-8$/u],
  ])('that is %s names what to do', (name, message) => {
    expect(said(() => sourceConfig(at(name)))).toMatch(message)
  })

  it.each(['-', '/dev/stdin'])('that is %s is refused: a run would have to read it again', (name) => {
    expect(said(() => sourceConfig(name))).toBe(
      '-: expected a picture file, found the standard input, which can be read only once; save it to a file first',
    )
  })

  it('is one; several, a folder and a pattern that the shell left are a batch', () => {
    expect(sourcesOf(['antique-gb'])).toEqual({ kind: 'one', source: 'antique-gb' })
    expect(sourcesOf([at('one.png')])).toEqual({ kind: 'one', source: at('one.png') })
    expect(sourcesOf([at('o*.png')])).toEqual({ kind: 'one', source: at('one.png') })
    const pictures = [at('pictures/a.png'), at('pictures/b.JPG')]
    const folder = { kind: 'several', name: 'pictures', photos: pictures, sources: [at('pictures')] }
    expect(sourcesOf([at('pictures')])).toEqual(folder)
    expect(sourcesOf([at('pictures/*')])).toMatchObject({ kind: 'several', name: 'a-and-1-more', photos: pictures })
    expect(sourcesOf([at('one.png'), at('pictures'), at('one.png')])).toMatchObject({
      name: 'one-and-2-more',
      photos: [at('one.png'), ...pictures],
    })
    expect(said(() => sourceConfig('https://example.org/a.jpg'))).toMatch(/found an address; download it first$/u)
  })

  it.each([
    [['*.gif'], /expected pictures that fit this pattern, found none$/u],
    [['empty'], /empty: expected a folder with pictures, found none in it; name another, or its pictures$/u],
    [['one.png', 'missing.png'], /missing\.png: expected a picture, found no such file; check its path$/u],
    [
      ['one.png', 'config.json5'],
      /expected pictures only where there are several, found a config; bring it with --preset/u,
    ],
    [['one.png', 'y.yaml'], /found YAML/u],
    [['pictures', 'run'], /found the folder of a run; continue it with: rephoto resume/u],
    [['sweep'], /found the folder of a sweep or batch; the command that began it goes on/u],
  ])('of a batch that is %j is refused', (names, message) => {
    expect(said(() => sourcesOf(names.map(at)))).toMatch(message)
  })

  it('has faces by number, several or all', () => {
    expect([undefined, 'all', ' ALL', '2', '3,1, 3'].map(facesOf)).toEqual(['one', 'all', 'all', [2], [1, 3]])
    for (const text of ['0', '-1', '1.5', '1,,2', 'everyone', '', '1001', '1,0'])
      expect(said(() => facesOf(text))).toMatch(
        /^--face: expected a number from 1 to 1000, several like 1,3, or all, found/u,
      )
  })

  it('of a sweep is an experiment; other things are named likewise', () => {
    expect(said(() => loadExperiment(at('pictures')))).toMatch(
      /found a folder; all of its pictures are made by: rephoto run …\/pictures$/u,
    )
    expect(said(() => loadExperiment(at('run')))).toMatch(
      /found the folder of a run; continue it with: rephoto resume/u,
    )
    expect(said(() => loadExperiment(at('one.png')))).toMatch(/found a picture; a run of it: rephoto run …\/one\.png$/u)
    expect(said(() => loadExperiment(at('config.json5')))).toMatch(
      /found the config of one run; start it with: rephoto run/u,
    )
    expect(said(() => loadExperiment(at('nowhere.json5')))).toMatch(/found no such file; check its path$/u)
    const { conditions, baseCondition } = loadExperiment(at('experiment.json5'))
    expect([conditions.map(({ name, set }) => [name, set]), baseCondition]).toEqual([[['base', {}]], 'base'])
  })

  it.each([[['/tmp/evil.sh']], [['--wrap=touch canary']], [['--comment=a\nb']], [['-p', 'long']]])(
    'of a sweep brings no command of its own to Slurm: %j',
    (sbatch) => {
      writeFileSync(at('slurm.json5'), JSON.stringify({ inputs: [{ files: 'one.png' }], sbatch }))
      expect(said(() => loadExperiment(at('slurm.json5')))).toMatch(
        /sbatch\.0: expected an option of sbatch in one word, such as "--partition=long", found/u,
      )
    },
  )
})

describe('a config', () => {
  const refused = (text: string) => {
    writeFileSync(at('c.json5'), text)
    return said(() => loadConfig(at('c.json5')))
  }

  it('has each key once; both places are named', () => {
    expect(refused("{ optimize: { steps: [1] },\n  /* optimize: */\n  'optimi\\u007ae': { lr: 1 } }")).toMatch(
      /c\.json5:3: optimize: expected each key once, found it in line 1 and again in line 3; make one of both$/u,
    )
    expect(refused('{ optimize: { lr: 1, lr: 2 } }')).toMatch(
      /:1: optimize\.lr: .* found it twice in line 1, at columns 15 and 22; make one of both$/u,
    )
  })

  it.each([
    [
      String.raw`{ input: 'C:\temp\photos\anna.jpg' }`,
      /found "C:\\temp\\photos\\anna\.jpg" with single backslashes; in a JSON5 text a backslash is written twice/u,
    ],
    [
      String.raw`{ input: 'C:\Users\me\x.jpg' }`,
      /a backslash is written twice \('C:\\\\photos\\\\anna\.jpg'\); \/ works too$/u,
    ],
    [String.raw`{ input: 'C:\users\me.jpg' }`, /:1: expected JSON5, found .* a backslash is written twice/u],
    [String.raw`{ input: 'D:\scans\grandmother.jpg' }`, /with single backslashes/u],
    [String.raw`{ input: '\\server\scans\a.jpg' }`, /with single backslashes/u],
    [
      String.raw`{ input: 'photos\new.jpg' }`,
      /found "photos\\new\.jpg" with characters that no path has; in a JSON5 text/u,
    ],
    [String.raw`{ extends: 'C:\new' }`, /with single backslashes/u],
  ])('with the Windows path %s says how to write it', (text, message) => {
    expect(refused(text)).toMatch(message)
  })

  it('with doubled backslashes is one', () => {
    expect(refused(String.raw`{ pack: 'x\\y', seed: 1 }`)).toContain('"seed":1')
  })
})

describe('options', () => {
  const known = {
    key: { seed: true, out: true, sensitivity: true, set: true, help: true, inputs: true },
    alias: { h: ['help'] },
    number: ['seed'],
    string: ['out', 'sensitivity', 'set'],
    array: ['set'],
    boolean: ['help', 'inputs'],
    choices: { sensitivity: ['b', 'gb', 'g', 'auto'] },
  }
  const yargs = { getOptions: () => known } as unknown as Argv

  it.each([
    [['--seed'], { seed: undefined }, '--seed: expected a number, found nothing; --help shows what it is for'],
    [['--seed', 'NaN'], { seed: Number.NaN }, '--seed: expected a number, found "NaN"; --help shows what it is for'],
    [['--seed=1e999'], { seed: 1 / 0 }, '--seed: expected a number, found "1e999"; --help shows what it is for'],
    [['--seed', '--out'], { seed: undefined }, '--seed: expected a number, found nothing; --help shows what it is for'],
    [['--seed', '1', '--seed', '2'], { seed: [1, 2] }, '--seed: expected it once, found it 2 times; leave one'],
    [['--no-seed'], { seed: 0 }, 'unknown option --no-seed; leave --seed out'],
    [['--out'], { out: '' }, '--out: expected a value, found none; --help shows what it is for'],
    [['--ot', 'x'], { ot: 'x' }, 'unknown option --ot; did you mean --out?'],
    [['--\u001b[31m'], { '\u001b[31m': true }, 'unknown option --\\u001b[31m; --help lists the options'],
    [
      ['-weird.jpg'],
      { 'weird.jpg': true },
      '-weird.jpg: unknown option; a name that begins with a dash goes behind -- (rephoto <command> -- -weird.jpg)',
    ],
    [
      ['--sensitivity', 'orthochromatic'],
      { sensitivity: 'orthochromatic' },
      '--sensitivity: expected one of "b", "gb", "g", "auto", found "orthochromatic"; the nearest is gb',
    ],
    [
      ['--sensitivity', 'aut0'],
      { sensitivity: 'aut0' },
      '--sensitivity: expected one of "b", "gb", "g", "auto", found "aut0"; the nearest is auto',
    ],
  ])('%j', (args, argv, message) => {
    expect(said(() => checkOptions(args, argv, yargs))).toBe(message)
  })

  it('that are right pass', () => {
    const args = ['--seed', '3', '--set', 'a=1', '--set', 'b=', '--no-inputs', '-h']
    checkOptions(args, { _: ['run'], $0: 'rephoto', seed: 3, set: ['a=1', 'b='], inputs: false, h: true }, yargs)
  })
})

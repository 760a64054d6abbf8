/** `rephoto synth`: a set of old portraits whose truth is known. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { Recipe } from '../synth/recipe.ts'
import { UsageError } from './failure.ts'
import { printPath, say } from './print.ts'

interface Options {
  out: string
  config?: string | undefined
  count?: number | undefined
  seed?: number | undefined
  from?: string[] | undefined
  align?: string | undefined
  damage?: string | undefined
  strength?: string | undefined
  pack?: string | undefined
  replace: boolean
}

/** The command. */
export const synthCommand: CommandModule<object, Options> = {
  command: 'synth',
  describe: 'Make old portraits of known truth: draw faces or take photographs, and age them',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'Folder of the set, new or empty' })
      .option('config', {
        type: 'string',
        describe: 'Recipe (.json5): stages with values, ranges [from, to], or lists of choices; see docs/synthetic.md',
      })
      .option('count', { type: 'number', describe: 'Number of pictures; default 8, or all photographs' })
      .option('seed', { type: 'number', describe: 'Fixes everything that is drawn; default 0' })
      .option('from', {
        type: 'string',
        array: true,
        describe: 'Photographs or folders of them, in place of faces from the generator',
      })
      .option('align', {
        type: 'string',
        choices: ['auto', 'none', 'whole'],
        describe:
          '"none" for photographs that are already aligned squares, "whole" for ones that are taken as they are',
      })
      .option('damage', {
        type: 'string',
        choices: ['microsoft', 'gfpgan', 'real-esrgan'],
        describe: 'Instead of film, what restoring networks are trained with',
      })
      .option('strength', {
        type: 'string',
        choices: ['light', 'medium', 'heavy'],
        describe: 'A third of the ranges of --damage',
      })
      .option('pack', { type: 'string', describe: 'Model pack: its generator draws, and its size is that of the set' })
      .option('replace', {
        type: 'boolean',
        default: false,
        alias: 'force',
        describe: 'Replace the set that is in the folder',
      })
      .example('$0 synth --config experiments/sets/film.json5 --out film', 'the set of the shipped experiments')
      .example('$0 synth --out faces --from photos --count 20', 'photographs, with the degradation of the examples')
      .example('$0 synth --out set --from photos --align whole --damage microsoft', 'whole photographs, damaged'),
  handler: async ({ out, config, count, seed, from, align, damage, strength, pack, replace }) => {
    for (const [name, value] of Object.entries({ count, seed })) {
      if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${name}: expected a whole number`)
    }
    if (strength !== undefined && damage === undefined)
      throw new UsageError('--strength: expected --damage beside it, found none')
    const { loadRecipe } = await import('../synth/recipe.ts')
    const { standardRecipe } = await import('../synth/standard.ts')
    const { writeSet } = await import('../synth/write-set.ts')
    const recipe: Recipe = {
      ...(config !== undefined ? loadRecipe(config) : damage === undefined ? standardRecipe : {}),
      ...(damage === undefined
        ? {}
        : {
            damage: { preset: damage, ...(strength === undefined ? {} : { strength }) },
            description: `${damage}'s damage.`,
          }),
      ...(count === undefined ? {} : { count }),
      ...(seed === undefined ? {} : { seed }),
      ...(from === undefined ? {} : { from: from.map((path) => resolve(path)) }),
      ...(align === undefined ? {} : { align: align as NonNullable<Recipe['align']> }),
      ...(pack === undefined ? {} : { pack: /[/\\]/u.test(pack) ? resolve(pack) : pack }),
    }
    const isTerminal = process.stderr.isTTY
    const path = await writeSet({
      recipe,
      out,
      replace,
      onItem: (done, total) => {
        if (isTerminal) process.stderr.write(`\r${done} of ${total}${done === total ? '\n' : ''}`)
      },
      onWarning: (message) => say(`warning: ${message}`),
    })
    printPath('set', path)
  },
}

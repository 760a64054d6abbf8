// How good the automatic first guess is, on pictures that it was not calibrated on:
//   npx tsx experiments/measure-guess.ts [--count 51] [--seed 900] [--faces DIR]
// Fresh synthetic pictures, and, with the unpacked photographs of the trainings at hand (DIR), held-out photographs that
// are aged in the same way. The blur is measured against the faces of the generator for the ones, and against sharp photographs
// for the others; its unit is the standard deviation of the blur in pixels and the radius of the config.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import type { Sensitivity } from '../src/degrade/spectral.ts'
import { kernelDeviation, radiusOfDeviation } from '../src/guess/film.ts'
import { emulsions, guessBlur, guessEmulsion } from '../src/guess/guess.ts'
import { readPicture } from '../src/images/read.ts'
import type { ResolvedConfig } from '../src/methods/rephotograph/config.ts'
import type { Recipe } from '../src/synth/recipe.ts'
import { readSet } from '../src/synth/set.ts'
import { standardRecipe } from '../src/synth/standard.ts'
import { writeSet } from '../src/synth/write-set.ts'

const args = await yargs(hideBin(process.argv))
  .option('count', { type: 'number', default: 51, describe: 'Pictures of each kind' })
  .option('seed', { type: 'number', default: 900 })
  .option('pack', { type: 'string', default: 'compact' })
  .option('faces', { type: 'string', describe: 'Folder with the unpacked photographs' })
  .strict()
  .parse()

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

async function measure(title: string, recipe: Recipe, againstGenerator: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rephoto-guess-'))
  try {
    const out = join(folder, 'set')
    await writeSet({ recipe: { ...recipe, count: args.count, seed: args.seed, pack: args.pack }, out })
    const set = readSet(out)
    const table = new Map(emulsions.map((name) => [name, { b: 0, gb: 0, g: 0 } as Record<Sensitivity, number>]))
    const [errors, radiusErrors, widths, losses, radii]: number[][] = [[], [], [], [], []]
    let [hits, covered, known] = [0, 0, true]
    for (const item of set.items) {
      const picture = await readPicture(item.input)
      const { blur } = item.degradation as ResolvedConfig['degradation']
      const truth = kernelDeviation(blur!.radius, blur!.kernel)
      const guess = guessBlur(picture, againstGenerator ? set.generator : undefined)
      known &&= (guess.against === 'photographs') !== againstGenerator
      errors!.push(Math.abs(guess.deviation - truth))
      radiusErrors!.push(Math.abs(radiusOfDeviation(guess.deviation, blur!.kernel) - blur!.radius))
      widths!.push(guess.interval[1] - guess.interval[0])
      radii!.push(blur!.radius)
      if (truth >= guess.interval[0] && truth <= guess.interval[1]) covered++
      const emulsion = guessEmulsion(picture)
      const film = item.sensitivity!
      table.get(film)![emulsion.best]++
      losses!.push(-Math.log(emulsion.probabilities[film]))
      if (emulsion.best === film) hits++
    }
    const n = set.items.length
    const constant = median(radii!)
    console.log(`\n${title}: ${n} pictures${known ? '' : ' (not calibrated for this generator: against photographs)'}`)
    console.log(
      `  emulsion    ${hits} of ${n} right (${((100 * hits) / n).toFixed(0)} %; chance 33 %), log-loss ${mean(losses!).toFixed(3)} (chance 1.099)`,
    )
    for (const [film, row] of table)
      console.log(`    true ${film.padEnd(3)} guessed b ${row.b}, gb ${row.gb}, g ${row.g}`)
    console.log(
      `  blur        median error ${median(radiusErrors!).toFixed(3)} of the radius (the best constant: ${median(radii!.map((r) => Math.abs(r - constant))).toFixed(3)}), ${median(errors!).toFixed(3)} px of the deviation`,
    )
    console.log(
      `  interval    covers ${covered} of ${n} (${((100 * covered) / n).toFixed(0)} %; nominal 90 %), median width ${median(widths!).toFixed(2)} px`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await measure('Synthetic: faces of the generator', { ...standardRecipe, truncation: [0.7, 0.9] }, true)
if (args.faces !== undefined) {
  const heldout = readFileSync(new URL('../training/heldout.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const from = heldout.filter((name) => /^(?:ffhq|celebahq)/u.test(name)).map((name) => join(args.faces!, name))
  await measure('Held-out photographs', { ...standardRecipe, from, align: 'none' }, false)
}

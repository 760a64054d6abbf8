// The likeness part of the model card: is it still the sitter, of the same age and skin? Held-out photographs (heldout.txt and
// heldout-more.txt) go through whole runs as users make them; ArcFace, which no loss and no training looks through, and face-api's
// age network judge in gray. Intervals are bootstrap 95 % ones over the sitters. Finished runs in RUNS are kept.
//   npx tsx training/measure-likeness.ts --faces DIR --judges PACK --out RUNS [--pack compact] [--count 12 [--every 2]] \
//     [--portrait painting-pigment=durer.jpg --portrait antique-b=lincoln.png]
// DIR holds the unpacked archives, each in a folder of its name; PACK is one with the role arcface.

import { existsSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { bootstrapInterval } from '../src/compare/bootstrap.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { resize } from '../src/images/resample.ts'
import { applySettings, loadConfig } from '../src/methods/configs.ts'
import { measureAgain } from '../src/methods/measure-again.ts'
import { parserSize, settingsOf } from '../src/methods/rephotograph/networks.ts'
import { referenceConfig } from '../src/methods/rephotograph/reference.ts'
import { resolveConfig } from '../src/methods/rephotograph/resolve.ts'
import { run } from '../src/methods/runner.ts'
import { labOf } from '../src/metrics/lab.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'
import { skinMasks } from '../src/parsing/parse-face.ts'
import { runFile, writeText } from '../src/run/folder.ts'
import type { Metrics } from '../src/run/metrics.ts'
import { heldoutFaces, type Sitter } from './heldout-faces.ts'

const args = await yargs(hideBin(process.argv))
  .option('faces', { type: 'string', demandOption: true, describe: 'Folder with the unpacked archives' })
  .option('judges', { type: 'string', demandOption: true, describe: 'Pack whose ArcFace judges' })
  .option('out', { type: 'string', demandOption: true, describe: 'Folder of the runs, and of likeness.md' })
  .option('pack', { type: 'string', default: 'compact' })
  .option('count', { type: 'number', default: 12, describe: 'Sitters of any age, and as many from 50 years on' })
  .option('every', { type: 'number', default: 1, describe: 'Only every second (2), every third … of these sitters' })
  .option('portrait', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'PRESET=FILE of an old portrait',
  })
  .strict()
  .parse()

/** Films whose siblings are looked at; only the panchromatic run goes all the way. */
const films = ['g', 'gb', 'b'] as const
type Film = (typeof films)[number]

async function measured(name: string, preset: string, input: string, settings: readonly string[]): Promise<Metrics> {
  const folder = join(args.out, name)
  if (!existsSync(runFile.report(folder))) {
    rmSync(folder, { recursive: true, force: true })
    const config = applySettings({ ...loadConfig(preset), input, pack: args.pack }, [
      'paste.mode=off',
      'output.frames=0',
      'threads=1',
      ...settings,
    ])
    await run({ config, out: folder })
  }
  return await measureAgain(folder, { judges: args.judges })
}

/** Individual typology angle of the skin (Chardon, Cretois and Hourseau 1991) in degrees: light above 41, dark below 10. */
async function skinAngles(sitters: readonly Sitter[]): Promise<number[]> {
  const pack = loadPack(args.pack)
  const inputSize = parserSize(pack)
  const size = pack.generatorSize
  const classes =
    resolveConfig({}, settingsOf(pack, 'g'), size).histogram.skinClasses ?? referenceConfig(size).histogram.skinClasses
  const pictures = await Promise.all(
    sitters.map(async ({ file }) => resize(toColor(await readPicture(file)), inputSize, inputSize, 'lanczos')),
  )
  const masks = await skinMasks(weightsOf(pack, 'bisenet'), pictures, { inputSize, classes })
  pack.close()
  return pictures.map(({ data }, i) => {
    const labs = Array.from(masks[i]!.entries())
      .filter(([, value]) => value > 0)
      .map(([pixel]) => labOf(data[3 * pixel]!, data[3 * pixel + 1]!, data[3 * pixel + 2]!))
    const average = (k: 0 | 2) => labs.reduce((sum, lab) => sum + lab[k], 0) / labs.length
    return (Math.atan2(average(0) - 50, average(2)) * 180) / Math.PI
  })
}

interface Row {
  readonly group: string
  readonly runs: readonly Metrics[]
}

const all = heldoutFaces(args.faces, args.count)
const some = (faces: readonly Sitter[]) => faces.filter((_, i) => i % args.every === 0)
const [any, old] = [some(all.any), some(all.old)]
const sitters = [...any, ...old]
const byFilm: Record<Film, Metrics[]> = { g: [], gb: [], b: [] }
for (const [i, { name, file }] of sitters.entries())
  for (const film of films) {
    const settings = ['align.mode=none', `truth.picture=${file}`, ...(film === 'g' ? [] : ['optimize.steps=[1,1]'])]
    byFilm[film].push(await measured(`${film}/${name}`, `antique-${film}`, file, settings))
    process.stderr.write(`${film} ${i + 1} of ${sitters.length}\n`)
  }
const angles = await skinAngles(sitters)
const where = (group: string, take: (i: number) => boolean): Row => ({
  group,
  runs: byFilm.g.filter((_, i) => take(i)),
})
const rows: Row[] = [
  where('all', () => true),
  where('any age (FFHQ, CelebA-HQ)', (i) => i < any.length),
  where('50 years and older', (i) => i >= any.length),
  where('skin light (ITA above 41°)', (i) => angles[i]! > 41),
  where('skin between', (i) => angles[i]! <= 41 && angles[i]! >= 10),
  where('skin dark (below 10°)', (i) => angles[i]! < 10),
]

function interval(runs: readonly Metrics[], value: (metrics: Metrics) => number | null | undefined, digits: number) {
  const values = runs.map(value).filter((v): v is number => typeof v === 'number')
  if (values.length === 0) return '–'
  const { mean, low, high } = bootstrapInterval(values)
  const text = (v: number) => v.toFixed(digits).replace('-', '−')
  return Number.isNaN(low) ? text(mean) : `${text(mean)} [${text(low)}, ${text(high)}]`
}
const older = (key: 'sibling' | 'result') => (m: Metrics) =>
  typeof m[`age.${key}`] === 'number' && typeof m['age.input'] === 'number'
    ? (m[`age.${key}`] as number) - m['age.input']
    : null

const lines = [
  '| sitters | n | ArcFace: sibling | ArcFace: result | age: sibling − input | age: result − input | skin ΔE: sibling | skin ΔE: result |',
  '|---|---|---|---|---|---|---|---|',
  ...rows.map(({ group, runs }) =>
    [
      `| ${group}`,
      runs.length,
      interval(runs, (m) => m['sibling.arcface.input'], 2),
      interval(runs, (m) => m['arcface.input'], 2),
      interval(runs, older('sibling'), 1),
      interval(runs, older('result'), 1),
      interval(runs, (m) => m['sibling.truth.skin'], 1),
      `${interval(runs, (m) => m['truth.skin'], 1)} |`,
    ].join(' | '),
  ),
  '',
  '| siblings by film | ArcFace | age: sibling − input, from 50 years | skin ΔE |',
  '|---|---|---|---|',
  ...films.map((film) =>
    [
      `| ${film}`,
      interval(byFilm[film], (m) => m['sibling.arcface.input'], 2),
      interval(byFilm[film].slice(any.length), older('sibling'), 1),
      `${interval(byFilm[film], (m) => m['sibling.truth.skin'], 1)} |`,
    ].join(' | '),
  ),
]
if (args.portrait.length > 0)
  lines.push('', '| portrait | ArcFace: sibling | result | age: input | result |', '|---|---|---|---|---|')
for (const given of args.portrait) {
  const [preset, file] = given.split('=')
  if (!preset || !file) throw new Error(`--portrait: expected PRESET=FILE, found ${given}`)
  const name = basename(file).replace(/\.\w+$/u, '')
  const metrics = await measured(`portraits/${name}`, preset, file, [])
  const number = (key: string, digits: number) => metrics[key]?.toFixed(digits) ?? '–'
  lines.push(
    `| ${name} | ${number('sibling.arcface.input', 2)} | ${number('arcface.input', 2)} | ${number('age.input', 0)} | ${number('age.result', 0)} |`,
  )
}
writeText(join(args.out, 'likeness.md'), `${lines.join('\n')}\n`)
console.log(lines.join('\n'))

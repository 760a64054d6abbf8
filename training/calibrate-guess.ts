// Fits the numbers of the automatic first guess (src/guess) and writes them to models/guess/calibration.json:
//   npx tsx training/calibrate-guess.ts photographs --faces DIR      emulsion, and blur against sharp photographs
//   npx tsx training/calibrate-guess.ts pack --pack compact           blur against faces of a pack's generator
// The second is to be repeated when a pack's generator changes (about a minute); the first looks through no network. DIR holds
// the unpacked photographs of the trainings; those of heldout.txt are left out. Faces are split once: on 70 % the models are
// fitted, on the rest the intervals and the temperature; what is printed of these two is cross-fitted between halves of the
// rest, so that nothing is judged on what it was chosen on. Every face is aged by a film of random values.

import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { type Calibration, calibrationFile } from '../src/guess/calibration.ts'
import { conformalInterval, conformalTable } from '../src/guess/conformal.ts'
import { crossFitted } from '../src/guess/cross-fit.ts'
import { type FilmValues, filmed, kernelDeviation } from '../src/guess/film.ts'
import { EMULSION_SIDE, emulsions } from '../src/guess/guess.ts'
import { fitQuadratic, predictQuadratic } from '../src/guess/quadratic.ts'
import { classProbabilities, fitSoftmax, logLoss, withTemperature } from '../src/guess/softmax.ts'
import { spectralFeatures } from '../src/guess/spectrum.ts'
import { toneFeatures } from '../src/guess/tones.ts'
import type { Bitmap } from '../src/images/bitmap.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { resize } from '../src/images/resample.ts'
import { loadPack } from '../src/models/load.ts'
import { randomStream } from '../src/numbers/random.ts'
import { writeText } from '../src/run/folder.ts'
import { sha256File } from '../src/run/hash.ts'
import { MOST_SEEDS } from '../src/synth/recipe.ts'
import { faceDrawer, faceSeed } from '../src/synth/truths.ts'

const args = await yargs(hideBin(process.argv))
  .command('photographs', 'Emulsion, and blur against sharp photographs')
  .command('pack', "Blur against faces of a pack's generator")
  .demandCommand(1)
  .option('faces', { type: 'string', describe: 'Folder with the unpacked photographs' })
  .option('pack', { type: 'string', default: 'compact' })
  .option('limit', { type: 'number', default: 2250, describe: 'Most photographs' })
  .option('draw', { type: 'number', default: 1200, describe: 'Faces of a generator' })
  .option('seed', { type: 'number', default: 1 })
  .strict()
  .parse()

const COVERAGE = 0.9
const RANGES = 6
const LARGEST_RADIUS = 2.2
/** Sides at which photographs are looked at; the first is that of the compact pack. */
const SIDES = [128, 128, 128, 96, 160, 192, 256]

interface Sample {
  readonly values: FilmValues
  readonly picture: Bitmap
}

/** A face aged by a random film: wider than antique portraits are, so that these lie inside. */
function sample(face: Bitmap, sensitivity: FilmValues['sensitivity'], index: number): Sample {
  const random = randomStream(args.seed, `calibrate/${sensitivity}`, index)
  const between = (from: number, to: number) => from + (to - from) * random.uniform()
  const values: FilmValues = {
    sensitivity,
    radius: between(0, LARGEST_RADIUS),
    kernel: 'reference',
    gamma: Math.exp(between(-0.4, 0.4)),
    offset: between(0, 0.12),
    gain: between(0.75, 1),
    noise: between(0, 0.03),
    grainSize: between(0, 0.8),
    seed: index,
  }
  return { values, picture: filmed(face, values) }
}

/** Which of the faces the models are not fitted on. */
const isKept = (index: number) => randomStream(args.seed, 'calibrate/split', index).uniform() < 0.3

/** In which half of the kept faces one is, for what would be judged on the pictures that it was chosen on. */
const halfOf = ({ face }: { readonly face: number }) =>
  randomStream(args.seed, 'calibrate/half', face).uniform() < 0.5 ? 0 : 1

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** A picture of a face by number. */
type KeptSample = Sample & { readonly face: number; readonly kept: boolean }

function calibrateBlur(samples: readonly KeptSample[]) {
  const rows = samples.map(({ picture }) => spectralFeatures(picture))
  const truths = samples.map(({ values }) => kernelDeviation(values.radius, values.kernel))
  const fitted = samples.flatMap(({ kept }, i) => (kept ? [] : [i]))
  const others = samples.flatMap(({ kept }, i) => (kept ? [i] : []))
  const model = fitQuadratic(
    fitted.map((i) => rows[i]!),
    fitted.map((i) => truths[i]!),
    1e-4,
  )
  const estimates = others.map((i) => predictQuadratic(model, rows[i]!))
  const residuals = conformalTable(
    estimates,
    others.map((i) => truths[i]!),
    COVERAGE,
    RANGES,
  )
  const errors = others.map((i, k) => Math.abs(estimates[k]! - truths[i]!))
  // Which widths are kept is chosen on all of them; how well such widths cover is judged across the halves.
  const covered = crossFitted(
    others.map((i, k) => ({ face: samples[i]!.face, estimate: estimates[k]!, truth: truths[i]! })),
    halfOf,
    (chosenOn) => {
      const table = conformalTable(
        chosenOn.map(({ estimate }) => estimate),
        chosenOn.map(({ truth }) => truth),
        COVERAGE,
        RANGES,
      )
      return ({ estimate, truth }) => {
        const [low, high] = conformalInterval(table, estimate)
        return truth >= low && truth <= high ? 1 : 0
      }
    },
  )
  console.log(
    `blur: ${fitted.length} pictures fitted, ${others.length} kept; median error ${median(errors).toFixed(3)} px`,
  )
  const widths = residuals.widths.map((width) => width?.toFixed(2) ?? 'infinite')
  console.log(`half-widths ${widths.join(' ')}; those of one half cover ${(100 * covered).toFixed(1)} % of the other`)
  return { model: compact(model), residuals, largest: kernelDeviation(LARGEST_RADIUS, 'reference') }
}

/** Features of a picture, its film by number, and whose face it is. */
interface Tone {
  readonly row: Float64Array
  readonly film: number
  readonly face: number
  readonly kept: boolean
}

async function photographs(): Promise<Partial<Calibration>> {
  if (args.faces === undefined) throw new Error('--faces: expected a folder')
  const heldout = new Set(
    readFileSync(new URL('heldout.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n'),
  )
  const names = ['ffhq', 'celebahq']
    .flatMap((folder) => readdirSync(join(args.faces!, folder)).map((file) => `${folder}/${file}`))
    .filter((name) => !heldout.has(name))
    .sort()
    .slice(0, args.limit)
  const blurred: KeptSample[] = []
  const tones: Tone[] = []
  for (const [index, name] of names.entries()) {
    const photograph = toColor(await readPicture(join(args.faces, name)))
    const kept = isKept(index)
    const small = resize(photograph, EMULSION_SIDE, EMULSION_SIDE, 'lanczos')
    emulsions.forEach((sensitivity, c) => {
      // Kept faces once, the others twice, by different films.
      for (let turn = 0; turn < (kept ? 1 : 2); turn++) {
        tones.push({
          row: toneFeatures(sample(small, sensitivity, 2 * index + turn).picture),
          film: c,
          face: index,
          kept,
        })
      }
    })
    const random = randomStream(args.seed, 'calibrate/side', index)
    for (let turn = 0; turn < 2; turn++) {
      const side = SIDES[random.integer(SIDES.length)]!
      const face = resize(photograph, side, side, 'lanczos')
      blurred.push({ ...sample(face, emulsions[random.integer(3)]!, 1e6 + 2 * index + turn), face: index, kept })
    }
    if (index % 250 === 249) console.log(`${index + 1} photographs`)
  }
  const [fittedOn, kept] = [false, true].map((wanted) => tones.filter((tone) => tone.kept === wanted)) as [
    Tone[],
    Tone[],
  ]
  const rowsOf = (list: readonly Tone[]) => list.map(({ row }) => row)
  const classesOf = (list: readonly Tone[]) => list.map(({ film }) => film)
  const fitted = fitSoftmax(rowsOf(fittedOn), classesOf(fittedOn), { ridge: 0.02, steps: 200, count: 3 })
  const model = withTemperature(fitted, rowsOf(kept), classesOf(kept))
  const hits = kept.filter(({ row, film }) => {
    const p = classProbabilities(model, row)
    return p.indexOf(Math.max(...p)) === film
  }).length
  const loss = crossFitted(kept, halfOf, (chosenOn) => {
    const tempered = withTemperature(fitted, rowsOf(chosenOn), classesOf(chosenOn))
    return ({ row, film }) => logLoss(tempered, [row], [film])
  })
  console.log(
    `emulsion: ${hits} of ${kept.length} kept pictures, log-loss ${loss.toFixed(4)} with the other half's temperature (chance 1.099), temperature ${model.temperature}`,
  )
  const weights = model.weights.map((row) => compactNumbers(row))
  const { mean, deviation, temperature } = model
  const provenance = `${names.length} photographs (FFHQ, CelebA-HQ) that are not in training/heldout.txt; npx tsx training/calibrate-guess.ts photographs`
  return {
    blur: [{ name: 'photographs', generator: null, provenance, sides: [96, 256], ...calibrateBlur(blurred) }],
    emulsion: {
      provenance,
      model: { mean: compactNumbers(mean), deviation: compactNumbers(deviation), weights, temperature },
    },
  }
}

async function generator(): Promise<Partial<Calibration>> {
  const pack = loadPack(args.pack)
  const drawer = await faceDrawer(pack)
  const random = randomStream(args.seed, 'calibrate/generator')
  const samples: KeptSample[] = []
  for (let index = 0; index < args.draw; index++) {
    // From the end of the seeds: sets count from 0.
    const seed = faceSeed(MOST_SEEDS - 1 - Math.floor(index / 4096), index % 4096)
    const face = await drawer.draw(seed, 0.6 + 0.4 * random.uniform())
    for (let turn = 0; turn < 3; turn++)
      samples.push({ ...sample(face, emulsions[turn]!, 2e6 + index), face: index, kept: isKept(index) })
  }
  await drawer.dispose()
  const size = pack.generatorSize
  const entry = {
    name: pack.pack.name,
    generator: sha256File(pack.path('stylegan2')),
    provenance: `${args.draw} faces of the generator; npx tsx training/calibrate-guess.ts pack --pack ${args.pack}`,
    sides: [size, size] as const,
    ...calibrateBlur(samples),
  }
  pack.close()
  return { blur: [entry] }
}

/** Six digits are more than such a fit knows. */
function compactNumbers(values: readonly number[]): number[] {
  return values.map((value) => Number(value.toPrecision(6)))
}

function compact<T extends { mean: readonly number[]; deviation: readonly number[]; weights: readonly number[] }>(
  model: T,
) {
  return {
    mean: compactNumbers(model.mean),
    deviation: compactNumbers(model.deviation),
    weights: model.weights.map((value) => Number(value.toPrecision(9))),
  }
}

const path = fileURLToPath(calibrationFile)
const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Calibration) : undefined
const found = args._[0] === 'pack' ? await generator() : await photographs()
const entries = new Map([...(before?.blur ?? []), ...found.blur!].map((entry) => [entry.name, entry]))
const after = {
  blur: [...entries.values()],
  emulsion: found.emulsion ?? before?.emulsion,
}
mkdirSync(dirname(path), { recursive: true })
writeText(path, `${JSON.stringify(after)}\n`)

/**
 * A sweep folder made up of drawn pictures and numbers with known effects: what tests of comparisons work on. Inputs
 * differ much, conditions by fixed amounts, seeds a little; one run failed, one was never begun.
 */
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createBitmap } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import type { ConfigFragment } from '../../src/methods/rephotograph/config.ts'
import { asConfigFile, resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { randomStream } from '../../src/numbers/random.ts'
import { runFile, writeText } from '../../src/run/folder.ts'
import { openLossLog } from '../../src/run/losses.ts'
import { writeManifest } from '../../src/run/manifest.ts'
import { aManifest } from '../support/manifest.ts'

/** What to fabricate. */
export interface FabricatedSweep {
  readonly inputs?: number
  readonly seeds?: readonly number[]
  readonly side?: number
  readonly steps?: number
  /** Conditions are emulsions, and the inputs' true one is known; else they leave out losses. */
  readonly emulsions?: boolean
  /** Conditions are so many trials of a search beside the base. */
  readonly trials?: number
}

const SENSITIVITIES = ['b', 'gb', 'g'] as const

/** Fills a sweep folder and says which sweep.json it wrote. */
export async function fabricateSweep(out: string, options: FabricatedSweep = {}): Promise<string> {
  const { inputs = 8, seeds = [0, 1], side = 32, steps = 40, emulsions = false, trials = 0 } = options
  const conditions = emulsions
    ? SENSITIVITIES.map((sensitivity) => ({ name: sensitivity, set: { sensitivity } }))
    : [
        { name: 'all', label: 'all terms', set: {} },
        { name: 'no-eye', label: 'without eye', set: { 'losses.eye.weight': 0 } },
        { name: 'no-contextual', label: 'without <contextual>', set: { 'losses.contextual.weight': 0 } },
      ]
  if (trials > 0) {
    conditions.splice(1)
    for (let index = 0; index < trials; index++) {
      const set = { 'losses.eye.weight': trialWeight(index), 'degradation.blur.kernel': KERNELS[index % 2]! }
      conditions.push({
        name: `trial-${String(index + 1).padStart(3, '0')}`,
        label: `eye ${trialWeight(index)}`,
        set,
      } as never)
    }
  }
  const inputNames = Array.from({ length: inputs }, (_, index) => String(index + 1).padStart(2, '0'))
  const runs = []
  for (const [conditionIndex, condition] of conditions.entries()) {
    for (const [inputIndex, input] of inputNames.entries()) {
      for (const seed of seeds) {
        const name = `${condition.name}-${input}-s${seed}`
        const folder = join(out, 'runs', name)
        const waiting = !emulsions && trials === 0 && conditionIndex === 1 && inputIndex === 2 && seed === seeds[0]
        const failed = !emulsions && trials === 0 && conditionIndex === 2 && inputIndex === 1 && seed === seeds[0]
        const status = waiting ? 'waiting' : failed ? 'failed' : 'complete'
        runs.push({ name, folder: `runs/${name}`, condition: condition.name, input, seed, hash: name, status })
        if (waiting) continue
        const truth = SENSITIVITIES[inputIndex % 3]!
        const overrides =
          trials > 0
            ? trialConfig(conditionIndex)
            : emulsions
              ? { sensitivity: SENSITIVITIES[conditionIndex]! }
              : { losses: { [['none', 'eye', 'contextual'][conditionIndex]!]: { weight: 0 } } }
        if (!emulsions && trials === 0 && conditionIndex === 0) delete (overrides as { losses?: object }).losses
        const place = { folder, name: `${input}.png`, seed, side, steps, failed }
        await fabricateRun(place, overrides as ConfigFragment, truth, [conditionIndex, inputIndex, seed])
      }
    }
  }
  const path = join(out, 'sweep.json')
  const sweep = {
    format: 'rephoto-sweep',
    formatVersion: 1,
    name: emulsions ? 'film' : 'ablate',
    description: 'Fabricated: effects are known & <not real>.',
    created: '2026-01-02T03:04:05.000Z',
    base: conditions[0]!.name,
    conditions,
    inputs: inputNames.map((name) => ({ name, truth: true })),
    seeds,
    ...(trials > 0 && {
      search: {
        ...{ method: 'tpe', budget: trials, metric: 'truth.psnr', direction: 'maximize' },
        keys: ['losses.eye.weight', 'degradation.blur.kernel'],
      },
    }),
    runs,
  }
  writeText(path, `${JSON.stringify(sweep, null, 2)}\n`)
  return path
}

const KERNELS = ['reference', 'gaussian'] as const

function trialWeight(index: number): number {
  return Number((0.01 * 1.4 ** index).toPrecision(4))
}

function trialConfig(condition: number): object {
  if (condition === 0) return {}
  const [weight, kernel] = [trialWeight(condition - 1), KERNELS[(condition - 1) % 2]!]
  return { losses: { eye: { weight } }, degradation: { blur: { kernel } } }
}

interface Place {
  readonly folder: string
  readonly name: string
  readonly seed: number
  readonly side: number
  readonly steps: number
  readonly failed: boolean
}

type Indices = readonly [condition: number, input: number, seed: number]

async function fabricateRun(place: Place, overrides: ConfigFragment, truth: string, at: Indices): Promise<void> {
  const { folder, name, seed, side, steps, failed } = place
  mkdirSync(folder, { recursive: true })
  const full = resolveConfig({ input: `/pictures/${name}`, seed, ...overrides }, {}, 128)
  const config = {
    ...asConfigFile(full, 128),
    truth: { picture: join(folder, 'aligned.png'), degradation: { spectral: { sensitivity: truth } } },
  }
  writeText(runFile.config(folder), JSON.stringify(config, null, 2))
  const manifest = aManifest({
    status: failed ? 'failed' : 'complete',
    ...(failed ? { error: 'loss "contextual" is not a number at step 9' } : {}),
    finished: '2026-01-02T03:04:45.000Z',
    input: { name, sha256: name.padEnd(64, '0'), width: side, height: side },
    pack: { name: 'compact', size: side, licences: [], files: [] },
    seed,
    stages: [{ coarse: 32, steps }],
    stepsDone: failed ? 8 : steps,
    stepsTotal: steps,
    timings: { align: 0.5, optimize: steps * (0.05 + 0.01 * at[0]), write: 0.5 },
    peakMemoryMiB: 700 + 10 * at[0],
  })
  writeManifest(folder, manifest)
  const tints = [60 + 20 * at[1], 120, 90 + 40 * at[0]] as const
  await writePicture(runFile.picture(folder, 'aligned'), face(side, [70 + 9 * at[1], 100, 100], 0))
  for (const picture of ['target', 'sibling'] as const) {
    copyFileSync(runFile.picture(folder, 'aligned'), runFile.picture(folder, picture))
  }
  if (failed) return
  await writePicture(runFile.picture(folder, 'degraded'), face(side, [90, 90, 90 + at[1]], at[0]))
  await writePicture(runFile.picture(folder, 'result'), face(side, tints, seed + 1))

  const log = openLossLog(runFile.losses(folder), 0)
  const end = 0.4 + 0.05 * at[1] + 0.1 * at[0]
  for (let step = 1; step <= steps; step++) {
    const face = end + Math.exp(-step / 10) * (1 + 0.02 * seed)
    const terms = { face: { raw: face, weighted: face }, eye: { raw: 2 * face, weighted: 0.2 * face } }
    log.append({ step, stage: 0, losses: { total: 1.2 * face, terms }, camera: { 'response.gamma': 1 - 0.002 * step } })
  }
  log.close()
  const metrics = { format: 'rephoto-metrics', formatVersion: 1, values: valuesOf(at, truth) }
  writeText(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`)
}

/** Condition 1 worsens identity by 0.05 and lowers PSNR by 1; condition 2 changes only the face loss. */
function valuesOf([condition, input, seed]: Indices, truth: string): Record<string, number | null> {
  const noise = randomStream(7, `${condition}/${input}/${seed}`).normal(8)
  const wrong = SENSITIVITIES[condition] === truth ? 0 : 1
  return {
    'loss.total': 1 + 0.1 * wrong + 0.05 * input + 0.01 * noise[0]!,
    'loss.face': 0.5 + 0.1 * wrong + 0.05 * input + 0.02 * condition + 0.01 * noise[1]!,
    'identity.input': 0.6 + 0.03 * input - (condition === 1 ? 0.05 : 0) + 0.01 * noise[2]!,
    'perceptual.target': 0.3 + 0.01 * input + 0.01 * noise[3]!,
    'age.input': 60,
    'age.sibling': 41 + input,
    'age.result': 43 + input + noise[4]!,
    'skin.sibling': input === 0 ? null : 4 + noise[5]!,
    'prior.latent': 20 + input + 2 * condition,
    'truth.psnr': 21 + input - (condition === 1 ? 1 : 0) + 0.2 * noise[6]!,
    'sibling.truth.psnr': 18 + input,
    'camera.response.gamma': 0.1 + 0.1 * wrong + 0.02 * Math.abs(noise[7]!),
  }
}

function face(side: number, tint: readonly [number, number, number], variant: number) {
  const bitmap = createBitmap(side, side, 3)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [column / side - 0.5, row / side - 0.5]
      const inside = (x / 0.32) ** 2 + (y / 0.42) ** 2 < 1
      const eye = Math.hypot(Math.abs(x) - 0.13, y + 0.08) < 0.045 + 0.01 * variant
      for (let c = 0; c < 3; c++) {
        const value = eye ? 30 : inside ? tint[c]! + 60 - 80 * x : 60 + 60 * y
        bitmap.data[(row * side + column) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)))
      }
    }
  }
  return bitmap
}

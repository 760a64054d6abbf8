/** What a rephotograph does: its plan, and its job from the portrait to the metrics. */
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../config/merge.ts'
import { programCost } from '../../engine/cost.ts'
import { calibrationFile } from '../../guess/calibration.ts'
import { type LoadedPack, loadPack } from '../../models/load.ts'
import type { Role } from '../../networks/roles.ts'
import { stepProgram } from '../../optimize/step.ts'
import { RunFolderError } from '../../run/errors.ts'
import { runFile, runName } from '../../run/folder.ts'
import { readRunPicture } from '../../run/pictures.ts'
import type { RunRecord } from '../../run/record.ts'
import type { Job, LoadedMethod, Plan } from '../method.ts'
import { guessInWords, guessPicture, settleAuto, wantsGuess } from './auto.ts'
import { readCodes } from './codes.ts'
import { type ConfigFragment, portraitConfig } from './config.ts'
import { looksForDamage } from './damage.ts'
import { cameraStart, type Descended, descend, stagesOf } from './descend.ts'
import { keepAge } from './edit/keep-age.ts'
import { enlargingCost } from './enlarged.ts'
import { writeOutcome } from './finish.ts'
import { measure } from './measure.ts'
import { neededRoles, networkOf, settingsOf, usedRoles } from './networks.ts'
import { objectiveOf } from './objective-of.ts'
import { type Prepared, prepare, prepared } from './prepare.ts'
import { portraitProblem } from './problem.ts'
import { asConfigFile, resolveConfig } from './resolve.ts'
import type { ResolvedConfig } from './schema.ts'
import { openSetting, type Setting } from './setting.ts'
import { tuningProblem } from './tune/problem.ts'
import { tuneOptimizer } from './tune/tune.ts'

export const loaded: LoadedMethod = {
  async settle(fragment, picture) {
    const { config, guess, notes } = await settleAuto(portraitConfig(fragment), picture)
    return { fragment: config, notes, ...(guess && { guess: guess as unknown as JsonObject }) }
  },
  async guess(fragment, picture, tell) {
    const guess = await guessPicture(fragment, picture, tell)
    return { values: guess, lines: guessInWords(guess) }
  },
  encode: async (...given) => (await import('./encode-file.ts')).encodeFile(...given),
  exportStep: async (...given) => (await import('./export-step.ts')).exportStep(...given),
  plan: (fragment, pack) => planOf(portraitConfig(fragment), pack),
  open: (fragment) => openJob(portraitConfig(fragment)),
  async measureAgain(fragment, record, judges) {
    const setting = openSetting(portraitConfig(fragment))
    try {
      const start = await prepared(setting, record.folder)
      if (!start) throw new RunFolderError(`${record.folder}: expected its first codes, found none; make the run again`)
      const codes = readCodes(runFile.final(record.folder), setting.shape, Object.keys(cameraStart(setting.config)))
      return await measure(setting, record, start, codes, judges)
    } finally {
      setting.pack.close()
    }
  },
  weightKeys(fragment) {
    const config = portraitConfig(fragment)
    const pack = loadPack(config.pack ?? 'compact')
    try {
      const { losses } = resolveConfig(
        withoutGuess(config),
        settingsOf(pack, sensitivityOf(config)),
        pack.generatorSize,
      )
      return Object.entries(losses).flatMap(([term, { weight }]) => (weight > 0 ? [`losses.${term}.weight`] : []))
    } finally {
      pack.close()
    }
  },
}

/**
 * What a run of a fragment will be; what the pack lacks is said here. What is left to the picture ('auto') is settled only when the
 * run begins; here a value stands for it.
 */
function planOf(fragment: ConfigFragment, pack: LoadedPack): Plan {
  const settled = withoutGuess(fragment)
  const config = resolveConfig(settled, settingsOf(pack, sensitivityOf(settled)), pack.generatorSize)
  for (const role of neededRoles(config)) pack.path(role)
  return plan(config, pack, fragment)
}

function plan(config: ResolvedConfig, pack: LoadedPack, said: ConfigFragment): Plan {
  const guessed = guessedKeys(said)
  return {
    config: config as unknown as JsonObject,
    document: asConfigFile(config, pack.generatorSize) as JsonObject,
    roles: [
      ...usedRoles(pack, config.sensitivity),
      ...(looksForDamage(config) ? (['scratch_detector'] as const) : []),
      ...(config.finish.upscale ? (['upscaler'] as const) : []),
    ],
    guessed,
    // Any colour encoder may be the one, and what the guess was calibrated by has a part in it.
    sources: guessed.length === 0 ? [] : [...encoderFiles(pack), fileURLToPath(calibrationFile)],
    stages: stagesOf(config),
    cost() {
      const size = pack.generatorSize
      const { degradation, losses, optimize, tune } = config
      const target = { side: { width: size, height: size } }
      const objective = objectiveOf({ network: networkOf(pack), degradation, losses, optimize, target })
      const program = stepProgram(portraitProblem(objective, optimize), optimize.optimizer)
      const runs = optimize.steps.reduce((sum, count) => sum + count, 0)
      const codes = { name: `${size} px`, runs, ...programCost(program) }
      const finish = config.finish.upscale ? [enlargingCost(pack, size)] : []
      if (tune.steps === 0) return [codes, ...finish]
      const { problem } = tuningProblem({ network: networkOf(pack), degradation, losses, optimize, tune, target })
      return [
        codes,
        { name: 'tuning', runs: tune.steps, ...programCost(stepProgram(problem, tuneOptimizer)) },
        ...finish,
      ]
    },
  }
}

function openJob(fragment: ConfigFragment): Job {
  const setting = openSetting(fragment)
  const { pack, threads, config } = setting
  let start: Prepared | undefined
  let ended: Descended | undefined
  return {
    plan: plan(config, pack, fragment),
    pack,
    threads,
    get device() {
      return setting.compute.device
    },
    async prepare(record, picture) {
      start = await prepare(setting, record, picture)
    },
    async prepared({ folder }) {
      start = await prepared(setting, folder)
      return start !== undefined
    },
    async work(record, signal) {
      ended = await aged(setting, record, await descend(setting, record, start!, signal))
      return ended
    },
    write: (record) => writeOutcome(setting, record, ended!, start!.target),
    measure: (record) => measure(setting, record, start!, ended!.codes),
    close: () => pack.close(),
  }
}

/** Where an optimization ended, the face as old as the input where that is wished of the end. One that was stopped is left as it was. */
async function aged(setting: Setting, record: RunRecord, ended: Descended): Promise<Descended> {
  if (!ended.finished || setting.config.age.keep !== 'end') return ended
  const aligned = await readRunPicture(record.folder, runName.picture('aligned'))
  return { ...ended, codes: { ...ended.codes, ...(await keepAge(setting, record, 'end', ended.codes, aligned)) } }
}

function encoderFiles(pack: LoadedPack): string[] {
  const roles: Role[] = ['color_encoder_b', 'color_encoder_gb', 'color_encoder_g']
  return roles.filter(pack.has).map((role) => pack.path(role))
}

/** The keys that are left to the picture. */
function guessedKeys({ sensitivity, degradation }: ConfigFragment): string[] {
  return [
    ...(sensitivity === 'auto' ? ['sensitivity'] : []),
    ...(degradation?.blur?.radius === 'auto' ? ['degradation.blur.radius'] : []),
  ]
}

function withoutGuess(fragment: ConfigFragment): ConfigFragment {
  if (!wantsGuess(fragment)) return fragment
  const text = JSON.stringify(fragment, (key, value: unknown) => (key === 'radius' && value === 'auto' ? 1 : value))
  const config = JSON.parse(text) as ConfigFragment
  return config.sensitivity === 'auto' ? { ...config, sensitivity: 'b' } : config
}

function sensitivityOf({ sensitivity }: ConfigFragment): Exclude<ConfigFragment['sensitivity'], null | undefined> {
  return sensitivity ?? 'b'
}

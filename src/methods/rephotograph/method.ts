/**
 * Time-travel rephotography (Luo et al., SIGGRAPH Asia 2021): an antique portrait as a modern camera would have seen the sitter.
 * What the rest of the program needs to know of it; the parts are in the files beside this one.
 */
import { fileURLToPath } from 'node:url'
import type { JsonObject } from '../../config/merge.ts'
import { programCost } from '../../engine/cost.ts'
import { calibrationFile } from '../../guess/calibration.ts'
import { type LoadedPack, loadPack } from '../../models/load.ts'
import type { Role } from '../../networks/roles.ts'
import { stepProgram } from '../../optimize/step.ts'
import { runName } from '../../run/folder.ts'
import type { Job, Method, Plan } from '../method.ts'
import { settleAuto, wantsGuess } from './auto.ts'
import { completed } from './completed.ts'
import { type ConfigFragment, portraitConfig, rephotographConfig } from './config.ts'
import { looksForDamage } from './damage.ts'
import { type Descended, descend, stagesOf } from './descend.ts'
import { writeOutcome } from './finish.ts'
import { networksOfLosses } from './losses.ts'
import { measure } from './measure.ts'
import { describeMetric, metricCatalogue } from './metrics.ts'
import { neededRoles, networkOf, settingsOf, usedRoles } from './networks.ts'
import { objectiveOf } from './objective-of.ts'
import { type Prepared, prepare, prepared } from './prepare.ts'
import { portraitProblem } from './problem.ts'
import { portraitReport } from './report.ts'
import { asConfigFile, resolveConfig } from './resolve.ts'
import type { ResolvedConfig } from './schema.ts'
import { openSetting } from './setting.ts'
import { metricsLine } from './summary.ts'
import { tuningProblem } from './tune/problem.ts'
import { tuneOptimizer } from './tune/tune.ts'

export const rephotograph: Method = {
  name: 'rephotograph',
  title: 'Rephotograph a portrait',
  config: rephotographConfig,
  phases: {
    align: 'aligning',
    encode: 'encoding',
    sibling: 'drawing the sibling',
    match: 'matching skin tones',
    compile: 'compiling the step',
    optimize: 'optimizing',
    write: 'writing',
    measure: 'measuring',
  },
  pictures: [
    { name: 'aligned', title: 'Input', words: 'The aligned antique picture' },
    { name: 'mask', title: 'Damage', words: 'White where scratches were found, at which the losses do not look' },
    {
      name: 'sibling',
      title: 'Sibling',
      words: 'A modern face close to the input, from which colour and detail are taken',
    },
    {
      name: 'target',
      title: 'Target',
      words: 'The input with its skin tones matched to the sibling; what the degraded result should equal',
    },
    {
      name: 'degraded',
      title: 'Degraded result',
      words: 'The result through the learned camera and film; compare it with the target',
    },
    { name: 'result', title: 'Result', words: 'The sitter as a modern camera would have seen them' },
    {
      name: 'result-fresh',
      title: 'With fresh noise',
      words: 'The result with its fine structure drawn anew: what rests on the latent alone',
    },
  ],
  before: 'aligned',
  after: 'result',
  preparedFiles: [runName.picture('aligned'), runName.picture('sibling'), runName.picture('target'), runName.initial],
  metrics: metricCatalogue,
  metric: describeMetric,
  summary: metricsLine,
  seenNetworks: ({ losses }) => {
    try {
      return [...networksOfLosses((losses ?? {}) as ResolvedConfig['losses'])]
    } catch {
      // The config of another version, whose losses can't be read.
      return []
    }
  },
  async settle(fragment, picture) {
    const { config, guess, notes } = await settleAuto(portraitConfig(fragment), picture)
    return { fragment: config, notes, ...(guess && { guess: guess as unknown as JsonObject }) }
  },
  plan: (fragment, pack) => planOf(portraitConfig(fragment), pack),
  open: (fragment) => openJob(portraitConfig(fragment)),
  completed,
  asDocument: (config, size) => asConfigFile(config as unknown as ResolvedConfig, Math.max(16, size)) as JsonObject,
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
  report: portraitReport,
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
    roles: [...usedRoles(pack, config.sensitivity), ...(looksForDamage(config) ? (['scratch_detector'] as const) : [])],
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
      if (tune.steps === 0) return [codes]
      const { problem } = tuningProblem({ network: networkOf(pack), degradation, losses, optimize, tune, target })
      return [codes, { name: 'tuning', runs: tune.steps, ...programCost(stepProgram(problem, tuneOptimizer)) }]
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
      ended = await descend(setting, record, start!, signal)
      return ended
    },
    write: (record) => writeOutcome(setting, record, ended!, start!.target),
    measure: (record) => measure(setting, record, start!, ended!.codes),
    close: () => pack.close(),
  }
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

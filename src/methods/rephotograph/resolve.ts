/**
 * From what a user, a preset and a pack say to the complete config of a run, and back to a file.
 *
 * reference (by size) ← pack settings ← config: each wins over what is left of it. Only then can be checked what no
 * single key can know: windows that fit, layers that exist, steps that leave frames to keep.
 */

import { ConfigError } from '../../config/errors.ts'
import { isObject, type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import { stageDefaults } from '../../degrade/schema.ts'
import { latentSize } from '../../generator/stylegan2.ts'
import { type ConfigFragment, type PackSettings, rephotographConfig } from './config.ts'
import { misfitOf } from './losses.ts'
import { colorTransferLevels, referenceConfig } from './reference.ts'
import { type ResolvedConfig, runSchema } from './schema.ts'

/**
 * The complete config of a run.
 *
 * @param config what the user says; absent or null keys are filled
 * @param settings what the pack prescribes
 * @param size side of the pack's generator
 */
export function resolveConfig(config: ConfigFragment, settings: PackSettings, size: number): ResolvedConfig {
  const reference = referenceConfig(size) as unknown as JsonObject
  const fromPack = mergeInto(rephotographConfig, reference, settings as JsonObject)
  const merged = mergeInto(rephotographConfig, fromPack, completeNewStages(fromPack, config as JsonObject))
  validate(runSchema, merged, { name: 'config' })
  // The schema transforms nothing, so what it accepted is what it describes; its own output would lose the stage order.
  const resolved = merged as unknown as ResolvedConfig

  const said = (read: (from: PackSettings | ConfigFragment) => unknown) => read(config) ?? read(settings) ?? undefined
  if (said((from) => from.losses?.colorTransfer?.levels) === undefined) {
    const { coarseMin, steps } = resolved.optimize
    resolved.losses.colorTransfer.levels = colorTransferLevels(size, coarseMin, steps.length)
  }
  if (resolved.degradation.spectral && said((from) => from.degradation?.spectral?.sensitivity) === undefined) {
    resolved.degradation.spectral.sensitivity = resolved.sensitivity
  }
  const { mix } = resolved.encode
  if (config.age?.layers == null) resolved.age.layers = [0, mix[0] > 0 ? mix[0] : latentSize(size)]
  checkAgainstSize(resolved, size)
  return resolved
}

/** Fills the stages that a config brings in itself: what it does not say of them is the stage's own default. */
function completeNewStages(base: JsonObject, config: JsonObject): JsonObject {
  const { degradation } = config
  if (!isObject(degradation) || !isObject(base.degradation)) return config
  const present = base.degradation
  const defaults = stageDefaults() as JsonObject
  const complete = Object.entries(degradation).map(([name, stage]) => {
    const start = defaults[name]
    const isNew = isObject(stage) && isObject(start) && !(name in present)
    return [name, isNew ? mergeInto({ orderedAt: () => undefined }, start, stage) : stage]
  })
  return { ...config, degradation: Object.fromEntries(complete) }
}

/** A complete config as a config file: stages that were removed are named as null, so that loading it removes them too. */
export function asConfigFile(config: ResolvedConfig, size: number): ConfigFragment {
  const removed = Object.keys(referenceConfig(size).degradation).filter((name) => !(name in config.degradation))
  return {
    ...config,
    degradation: { ...config.degradation, ...Object.fromEntries(removed.map((name) => [name, null])) },
  }
}

function checkAgainstSize(config: ResolvedConfig, size: number): void {
  const fail = (path: string, expected: string, found: unknown): never => {
    throw new ConfigError(`expected ${expected}, found ${shown(found)}`, { path })
  }
  const layers = latentSize(size)
  const { mix } = config.encode
  if (mix[0] > mix[1] || mix[1] > layers) {
    fail('encode.mix', `start ≤ end ≤ ${layers}, the layers of a ${size} px generator`, mix)
  }
  const { layers: aged } = config.age
  if (aged[0] >= aged[1] || aged[1] > layers) {
    fail('age.layers', `start < end ≤ ${layers}, the layers of a ${size} px generator`, aged)
  }
  const { coarseMin, steps } = config.optimize
  if (!Number.isInteger(Math.log2(coarseMin))) fail('optimize.coarseMin', 'a power of two', coarseMin)
  const last = coarseMin * 2 ** (steps.length - 1)
  if (last > size) {
    fail(
      'optimize.steps',
      `at most ${Math.log2(size / coarseMin) + 1} stages (from ${coarseMin} px to the ${size} px of the generator)`,
      steps,
    )
  }
  if (Object.values(config.losses).every(({ weight }) => weight === 0)) {
    throw new ConfigError('expected a term with a weight above 0, found none', { path: 'losses' })
  }
  const misfit = misfitOf(config.losses, size)
  if (misfit) {
    const keys = misfit.path.split('.')
    const found = keys.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), config.losses)
    fail(`losses.${misfit.path}`, misfit.expected, found)
  }
}

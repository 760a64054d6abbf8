/** From an experiment to its runs: every condition on every input with every seed, each with its whole config. */
import { z } from 'zod'
import { ConfigError, type Fragment } from '../config/index.ts'
import type { JsonObject } from '../config/merge.ts'
import { shown } from '../config/shown.ts'
import { unwrap } from '../config/validate.ts'
import { checkConfig, kindOf, mergeConfigs } from '../methods/configs.ts'
import { type LoadedPack, loadPack } from '../models/load.ts'
import type { Condition } from './condition.ts'
import { fromDotted } from './dotted.ts'
import { SweepError } from './error.ts'
import type { Experiment } from './experiment.ts'
import { runHash } from './hash.ts'
import { knownTo, type SweepInput, trueValue } from './inputs.ts'
import { loadedMethodOf } from './methods.ts'
import { runName } from './names.ts'
import type { FromTruth } from './schema.ts'

/** Every one is checked before the first is made, a few milliseconds each. */
const MOST_RUNS = 20_000

/** A run that is to be made. */
export interface PlannedRun {
  readonly name: string
  readonly condition: string
  readonly input: string
  readonly seed: number
  readonly hash: string
  readonly config: Fragment
  readonly steps: number
}

/**
 * Expands an experiment. Every config is completed and checked here, so that a mistake in the last condition is found
 * before the first run, not hours after it.
 *
 * @param code version of the program, part of every hash
 * @param known runs by their names that were expanded before, of the same experiment
 */
export function expand(
  experiment: Experiment,
  inputs: readonly SweepInput[],
  code: string,
  known: ReadonlyMap<string, PlannedRun> = new Map(),
): PlannedRun[] {
  const count = experiment.seeds.length * inputs.length * experiment.conditions.length
  if (count > MOST_RUNS) {
    throw new SweepError(
      `expected at most ${MOST_RUNS} runs, found ${experiment.conditions.length} conditions × ${inputs.length} inputs × ${experiment.seeds.length} seeds; split the experiment`,
    )
  }
  const packs = new Map<string, LoadedPack>()
  const packOf = (name: string) => {
    const pack = packs.get(name) ?? loadPack(name)
    packs.set(name, pack)
    return pack
  }
  try {
    return experiment.seeds.flatMap((seed) =>
      inputs.flatMap((input) =>
        experiment.conditions.map((condition) => {
          const name = experiment.batch ? input.name : runName(condition.name, input.name, seed)
          const before = known.get(name)
          if (before) return before
          const config = configOf(experiment, condition, input, seed)
          const pack = packOf(packNameOf(config))
          const plan = atCondition(condition, input, () => loadedMethodOf(config).plan(config, pack))
          return {
            name,
            condition: condition.name,
            input: input.name,
            seed,
            hash: runHash(plan, kindOf(config), pack, code),
            config,
            steps: plan.stages.reduce((sum, { steps }) => sum + steps, 0),
          }
        }),
      ),
    )
  } finally {
    for (const pack of packs.values()) pack.close()
  }
}

/** The pack that a config names. */
export function packNameOf({ pack }: Fragment): string {
  return typeof pack === 'string' ? pack : 'compact'
}

function configOf(experiment: Experiment, condition: Condition, input: SweepInput, seed: number): Fragment {
  const base = baseOf(experiment, condition)
  const method = base.method === undefined ? {} : { method: base.method }
  const config = mergeConfigs([
    base,
    { ...method, ...knownTo(base, input.config), input: input.path, ...knownTruth(base, input) } as Fragment,
    following(experiment.fromTruth, base, input, undefined),
    condition.config,
    following(condition.fromTruth, base, input, condition),
    { seed, threads: experiment.threads },
  ])
  atCondition(condition, input, () => checkConfig(config))
  return config
}

/** The base of an experiment; for a condition of another method, those of its keys that the method has. */
function baseOf({ base }: Experiment, { config: { method } }: Condition): Fragment {
  if (method === undefined || method === base.method) return base
  const other = { method } as Fragment
  return { ...knownTo(other, base), method }
}

/** What is known of an input, as far as a method can be told of it. */
function knownTruth(base: Fragment, { truth }: SweepInput): JsonObject {
  const { truth: known } = kindOf(base).complete.shape as Readonly<Record<string, z.core.$ZodType>>
  const inner = known && unwrap(known)
  if (!truth || !(inner instanceof z.ZodObject)) return {}
  const { picture, degradation } = truth
  const told = Object.entries({ picture, degradation }).filter(([key]) => key in inner.shape)
  return { truth: Object.fromEntries(told) as JsonObject }
}

/** The settings that follow an input's truth. What all conditions follow, an input may lack; what one asks for, not. */
function following(keys: FromTruth, base: Fragment, input: SweepInput, condition: Condition | undefined): Fragment {
  const settings: JsonObject = {}
  for (const [key, factor] of Object.entries(keys)) {
    const value = input.truth && trueValue(input.truth, key)
    if (value === undefined) {
      if (!condition) continue
      throw new SweepError(
        `condition ${condition.name}: expected the truth of ${key} for input ${input.name}, found none; leave the input out, or set the key`,
      )
    }
    if (factor !== true && typeof value !== 'number') {
      throw new SweepError(`fromTruth ${key}: expected a number to multiply, found ${shown(value)}; use true`)
    }
    settings[key] = factor === true ? value : (value as number) * (factor as number)
  }
  return fromDotted(kindOf(base), settings)
}

function atCondition<T>(condition: Condition, input: SweepInput, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new SweepError(`condition ${condition.name}, input ${input.name}: ${error.message}`, { cause: error })
  }
}

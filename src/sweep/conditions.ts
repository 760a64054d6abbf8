/**
 * From the factors of an experiment to its list of conditions: single ones, the grid of all combinations, and
 * leave-one-out, in which each condition lacks one term of the objective (Meyes et al. 2019 on ablation studies in
 * neural networks; the base is the whole).
 */
import { ConfigError, type Fragment } from '../config/index.ts'
import type { JsonObject } from '../config/merge.ts'
import { type DocumentSource, placeOf } from '../config/validate.ts'
import { configWithin, kindOf, mergeConfigs } from '../methods/configs.ts'
import type { Condition } from './condition.ts'
import { flattened, fromDotted } from './dotted.ts'
import { loadedMethodOf } from './methods.ts'
import { checkDistinct, shortKeys, slug } from './names.ts'
import type { ConditionsEntry, Level } from './schema.ts'
import { isTrial, type Make, type Search, searchOf } from './search-space.ts'

/** All conditions of an experiment, in the order: leave-one-out, list, grid. */
export function conditionsOf(
  written: ConditionsEntry | undefined,
  base: Fragment,
  folder: string,
  source: DocumentSource,
): { conditions: Condition[]; baseCondition: string; search?: Search } {
  const entry = completed(written)
  const listed = entry.list?.length ?? 0
  if (listed > MOST_CONDITIONS) throw tooMany(listed)
  const make = (name: string, level: Level, path: string) => conditionOf(name, level, base, folder, source, path)
  const conditions = [
    ...(entry.leaveOneOut === undefined ? [] : leaveOneOut(entry.leaveOneOut, base, make)),
    ...(entry.list ?? []).map(({ name, ...level }, i) => make(name, level, `conditions.list.${i}`)),
    ...(entry.grid === undefined ? [] : grid(entry.grid, make)),
  ]
  const place = (key: string) => placeOf(source, ['conditions', key])
  const names = conditions.map(({ name }) => name)
  const first = names[0]
  if (first === undefined) {
    throw new ConfigError('expected a list, a grid, leaveOneOut or search, found none', placeOf(source, ['conditions']))
  }
  checkDistinct(names, 'conditions', 'rename one of them')
  const wanted = entry.base === undefined ? first : slug(entry.base)
  if (!names.includes(wanted)) {
    throw new ConfigError(`expected one of the conditions ${names.join(', ')}, found "${entry.base}"`, place('base'))
  }
  if (!entry.search) return { conditions, baseCondition: wanted }
  const taken = names.find((name) => isTrial(name))
  if (taken !== undefined)
    throw new ConfigError(`expected conditions of other names than a search gives its trials, found "${taken}"`)
  return { conditions, baseCondition: wanted, search: searchOf(entry.search, base, make, place('search')) }
}

/** Without conditions every input has runs of the base, and so it has beside the trials of a search. */
function completed(written: ConditionsEntry | undefined): ConditionsEntry {
  const { list, grid: factors, leaveOneOut: without, search } = written ?? {}
  const isAlone = !list?.length && factors === undefined && without === undefined
  if (written !== undefined && (!isAlone || search === undefined)) return written
  return { ...written, list: [{ name: 'base' }] }
}

/** More conditions than anybody can tell apart in a report. */
const MOST_CONDITIONS = 2000

function tooMany(count: number): ConfigError {
  return new ConfigError(`expected at most ${MOST_CONDITIONS} conditions, found ${count}; split the experiment`)
}

function leaveOneOut(wanted: 'all' | readonly string[], base: Fragment, make: Make): Condition[] {
  const keys: readonly string[] =
    wanted === 'all'
      ? loadedMethodOf(base).weightKeys(base)
      : wanted.map((key) => (key.includes('.') ? key : weightOf(key)))
  const without = keys.map((key) => {
    const term = key.replace(/^losses\./u, '').replace(/\.weight$/u, '')
    return make(`no-${term}`, { label: `without ${term}`, set: { [key]: 0 } }, 'conditions.leaveOneOut')
  })
  return [make('all', { label: 'all terms' }, 'conditions.leaveOneOut'), ...without]
}

const weightOf = (term: string) => `losses.${term}.weight`

function grid(factors: NonNullable<ConditionsEntry['grid']>, make: Make): Condition[] {
  const short = shortKeys(Object.keys(factors).filter((factor) => Array.isArray(factors[factor])))
  const count = Object.values(factors).reduce((product, levels) => product * Object.keys(levels).length, 1)
  if (count > MOST_CONDITIONS) throw tooMany(count)
  let rows: { names: string[]; labels: string[]; level: Level }[] = [{ names: [], labels: [], level: {} }]
  for (const [factor, levels] of Object.entries(factors)) {
    const choices = Array.isArray(levels) ? valuesAsLevels(factor, short.get(factor)!, levels) : Object.entries(levels)
    rows = rows.flatMap(({ names, labels, level }) =>
      choices.map(([name, own]) => ({
        names: [...names, name],
        labels: [...labels, own.label ?? name],
        level: bothLevels(level, own),
      })),
    )
  }
  return rows.map(({ names, labels, level }) =>
    make(names.join('_'), { ...level, label: labels.join(', ') }, 'conditions.grid'),
  )
}

/** A key with values: each is named by the key, shortened, and the value: "radius-0.5", "eye-2". */
function valuesAsLevels(key: string, short: string, values: readonly unknown[]): [string, Level][] {
  return values.map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    // In a folder's name a minus is lost among the hyphens.
    const name = typeof value === 'number' ? text.replace(/^-/u, 'minus') : text
    return [`${short}-${name}`, { label: `${short} ${text}`, set: { [key]: value } }]
  })
}

function bothLevels(a: Level, b: Level): Level {
  return {
    ...((b.method ?? a.method) === undefined ? {} : { method: b.method ?? a.method }),
    extends: [a.extends ?? [], b.extends ?? []].flat(),
    set: { ...a.set, ...b.set },
    fromTruth: { ...a.fromTruth, ...b.fromTruth },
  }
}

function conditionOf(
  name: string,
  level: Level,
  base: Fragment,
  folder: string,
  source: DocumentSource,
  path: string,
): Condition {
  const config = levelConfig(level, base, folder, { name: `${source.name}: ${path} (${name})` })
  const fromTruth = level.fromTruth ?? {}
  const follows = Object.entries(fromTruth).map(([key, factor]) => [key, factor === true ? 'true' : `${factor} × true`])
  return {
    name: slug(name),
    ...(level.label === undefined ? {} : { label: level.label }),
    config,
    set: {
      ...(level.method === undefined ? {} : { method: level.method }),
      ...flattened(withoutMethod(config)),
      ...Object.fromEntries(follows),
    },
    fromTruth,
  }
}

/** The presets of a level, then its own settings, of the base's method or another that it names. */
function levelConfig(level: Level, base: Fragment, folder: string, source: DocumentSource): Fragment {
  const method = level.method ?? base.method
  const own: Fragment = method === undefined ? {} : { method }
  const bases = [level.extends ?? []].flat()
  const extended = bases.length === 0 ? {} : configWithin({ extends: bases }, folder, source)
  const set = fromDotted(kindOf(own, source), level.set ?? {})
  return mergeConfigs([extended, configWithin({ ...own, ...set }, folder, source)])
}

function withoutMethod({ method: _, ...rest }: Fragment): JsonObject {
  return rest
}

/** `--then`: what is made of the result, method after method. */
import { existsSync } from 'node:fs'
import type { Argv } from 'yargs'
import type { Fragment } from '../config/load.ts'
import { UsageError } from './failure.ts'

/** What commands that can begin a chain have. */
export interface ThenOptions {
  then?: string[] | undefined
  'then-set'?: string[] | undefined
}

/** What they say. */
export interface Following {
  readonly names?: readonly string[] | undefined
  readonly settings?: readonly string[] | undefined
  /** Steps of the command's own, before those. */
  readonly first?: readonly Fragment[]
}

/** Adds the options. */
export function withThen<T>(yargs: Argv<T>): Argv<T & ThenOptions> {
  return yargs
    .option('then', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: 'Methods, presets or config files for what follows, each made of the result before: upscale,stylize',
    })
    .option('then-set', {
      type: 'string',
      array: true,
      nargs: 1,
      describe: "Change one key of a step that follows: --then-set stylize.styles=[{picture:'starry.jpg'}]; repeatable",
    }) as Argv<T & ThenOptions>
}

/**
 * The configs of the steps that follow, as the options say; none where nothing follows.
 *
 * @param first whose device, engine, threads and seed all steps have, where it says any
 */
export async function stepsAfter(first: Fragment, following: Following): Promise<Fragment[]> {
  const { methods } = await import('../methods/methods.ts')
  const { applySettings, kindOf, loadConfig, mergeConfigs } = await import('../methods/configs.ts')
  const names = (following.names ?? []).flatMap((said) => (existsSync(said) ? [said] : said.split(','))).map(trimmed)
  const shared = sharedKeys(first)
  const named = names.map((name) => {
    const own = methods.list.some((method) => method.name === name) ? { method: name } : loadConfig(name)
    const { input: _, ...step } = mergeConfigs([{ method: kindOf(own).method, ...shared }, own])
    return { ...step, method: kindOf(own).method } as Fragment
  })
  const steps = [...(following.first ?? []), ...named]
  for (const setting of following.settings ?? []) {
    const [, wanted, rest] = /^([^.=]+)\.(.+)$/su.exec(setting) ?? []
    if (wanted === undefined)
      throw new UsageError(`--then-set ${setting}: expected step.key=value, such as upscale.size.scale=2`)
    const at = placeOf(wanted, steps)
    steps[at] = applySettings(steps[at]!, [rest!])
  }
  return steps
}

/** What all steps of a chain have of the first, where it says any. */
export function sharedKeys(first: Fragment): Fragment {
  const keys = ['device', 'engine', 'threads', 'seed']
  return Object.fromEntries(keys.flatMap((key) => (key in first ? [[key, first[key]]] : []))) as Fragment
}

function trimmed(name: string): string {
  const text = name.trim()
  if (text !== '') return text
  throw new UsageError(
    '--then: expected methods, presets or config files with commas between them, found an empty name',
  )
}

/** A step by its method, or by its place, where the command itself is the first. */
function placeOf(wanted: string, steps: readonly Fragment[]): number {
  const places = steps.flatMap(({ method }, i) => (method === wanted || String(i + 2) === wanted ? [i] : []))
  if (places.length === 1) return places[0]!
  const known = steps.map(({ method }, i) => `${i + 2} (${method})`).join(', ') || 'none: there is no --then'
  throw new UsageError(
    `--then-set ${wanted}: expected one of the steps ${known}, found ${places.length === 0 ? 'none of that name' : 'several; say which by its number'}`,
  )
}

/** The options as they were given. */
export function followingOf({ then: names, 'then-set': settings }: ThenOptions): Following {
  return { names, settings }
}

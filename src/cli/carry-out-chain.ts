/** Carries out a run and what follows it, for commands with `--then`. */
import type { Fragment } from '../config/load.ts'
import { printPreview } from './dry-run.ts'
import { print } from './print.ts'
import { type Following, stepsAfter } from './then.ts'

/** Where its folder and its result go, and how it is shown. */
export interface CarriedOptions {
  readonly following: Following
  /** Folder of the run or the chain. */
  readonly folder?: string | undefined
  /** File of the last result, for commands that have one. */
  readonly file?: string | undefined
  readonly replace?: boolean
  readonly live?: boolean | undefined
  readonly dry?: boolean | undefined
}

/** One run, or a chain where something follows; with `dry`, says what it would be. */
export async function carryOutWithMore(config: Fragment, options: CarriedOptions): Promise<void> {
  const { folder, file, replace = false, live, dry } = options
  const more = await stepsAfter(config, options.following)
  if (dry) return previews(config, more)
  const { carryOut } = await import('./carry-out.ts')
  const out = folder === undefined ? {} : { out: folder }
  if (more.length === 0) {
    await carryOut({ kind: 'run', config, ...out }, live)
    return
  }
  const { input, output, ...first } = config
  // A config may name a file itself: it is for the last result.
  const { file: named, replace: mayReplace, ...kept } = (output ?? {}) as Readonly<Record<string, unknown>>
  const goal =
    file !== undefined
      ? { file, replace }
      : { file: typeof named === 'string' ? named : null, replace: mayReplace === true }
  const { methodOf } = await import('../methods/methods.ts')
  const ofOutput = Object.keys(kept).length === 0 ? {} : { output: kept }
  const begin = { method: methodOf(config).name, ...first, ...ofOutput }
  const { UsageError } = await import('./failure.ts')
  if (typeof input !== 'string') throw new UsageError('expected a picture, found none; name it')
  const steps = [withoutUndefined(begin), ...more]
  await carryOut({ kind: 'chain', chain: { input, steps, ...goal }, ...out }, live)
}

function withoutUndefined(config: object): Fragment {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)) as Fragment
}

async function previews(config: Fragment, more: readonly Fragment[]): Promise<void> {
  let result = await printPreview(config)
  for (const [i, step] of more.entries()) {
    print(`then, step ${i + 2}:`)
    result = await printPreview({ ...step, input: 'the result before it' }, result)
  }
}

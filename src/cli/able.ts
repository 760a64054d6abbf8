/** What only some methods can do. */
import type { Fragment } from '../config/load.ts'
import type { LoadedMethod } from '../methods/method.ts'
import { UsageError } from './failure.ts'

type Ability = 'guess' | 'encode' | 'exportStep'

const WORDS: Readonly<Record<Ability, string>> = {
  guess: 'that leaves something to the picture',
  encode: 'that begins with codes of a portrait',
  exportStep: 'with a step of its own',
}

/** The function of a config's method. @throws UsageError where it has none */
export async function ableTo<Name extends Ability>(
  name: Name,
  config: Fragment,
): Promise<NonNullable<LoadedMethod[Name]>> {
  const { methodOf } = await import('../methods/methods.ts')
  const method = methodOf(config)
  const able = (await method.load())[name]
  if (able) return able
  throw new UsageError(`expected the config of a method ${WORDS[name]}, found one of "${method.name}"`)
}

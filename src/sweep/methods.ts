// What computes, of every method: an experiment may be of any, and its runs are laid out without waiting.
import type { Fragment } from '../config/load.ts'
import type { LoadedMethod } from '../methods/method.ts'
import { methodOf, methods } from '../methods/methods.ts'

const loaded = new Map(await Promise.all(methods.list.map(async (method) => [method, await method.load()] as const)))

/** The part of a config's method that computes. */
export function loadedMethodOf(fragment: Fragment): LoadedMethod {
  return loaded.get(methodOf(fragment))!
}

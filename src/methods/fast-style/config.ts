/** Configs of fast styles: taken from files, completed and checked. */
import { ConfigError } from '../../config/errors.ts'
import type { Fragment } from '../../config/load.ts'
import { type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import {
  type FastStyleConfig,
  type FastStyleFragment,
  fastStyleConfig,
  fastStyleDefaults,
  fastStyleSchema,
} from './schema.ts'

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function fastStyleFragment(fragment: Fragment): FastStyleFragment {
  if (fragment.method === 'fast-style') return fragment as FastStyleFragment
  throw new ConfigError(
    `expected a config of the method "fast-style", found one of ${shown(fragment.method ?? null)}`,
    { path: 'method' },
  )
}

/** The complete config of a run. @throws ConfigError */
export function resolveFastStyle(fragment: FastStyleFragment): FastStyleConfig {
  const merged = mergeInto(fastStyleConfig, fastStyleDefaults as unknown as JsonObject, fragment as JsonObject)
  validate(fastStyleSchema, merged, { name: 'config' })
  const config = merged as unknown as FastStyleConfig
  const { network } = config
  if (network.predictor !== null && network.file === null)
    throw new ConfigError(
      'expected network.file beside network.predictor, found none; name the transformer that goes with it',
      {
        path: 'network.predictor',
      },
    )
  return { ...config, styles: config.styles.map((style) => ({ weight: 1, ...style })) }
}

/** Configs of enlarging: taken from files, completed and checked. */
import { ConfigError } from '../../config/errors.ts'
import type { Fragment } from '../../config/load.ts'
import { type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import { type UpscaleConfig, type UpscaleFragment, upscaleConfig, upscaleDefaults, upscaleSchema } from './schema.ts'

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function upscaleFragment(fragment: Fragment): UpscaleFragment {
  if (fragment.method === 'upscale') return fragment as UpscaleFragment
  throw new ConfigError(`expected a config of the method "upscale", found one of ${shown(fragment.method ?? null)}`, {
    path: 'method',
  })
}

/** Smaller tiles are nearly all margin. */
const LEAST_TILE = 16

/** The complete config of a run. @throws ConfigError */
export function resolveUpscale(fragment: UpscaleFragment): UpscaleConfig {
  const merged = mergeInto(upscaleConfig, upscaleDefaults as unknown as JsonObject, fragment as JsonObject)
  validate(upscaleSchema, merged, { name: 'config' })
  const config = merged as unknown as UpscaleConfig
  const { size, network, engine, precision, tiles } = config
  if (tiles.side > 0 && tiles.side < LEAST_TILE)
    throw new ConfigError(`expected 0 or a tile of at least ${LEAST_TILE} px, found ${tiles.side}`, {
      path: 'tiles.side',
    })
  if (size.scale !== null && size.width !== null)
    throw new ConfigError('expected a scale or a width, found both; leave one of them out', { path: 'size' })
  if (network.blend !== null && network.file === null)
    throw new ConfigError('expected network.file beside network.blend, found none; name both files', {
      path: 'network.blend',
    })
  if (precision === 'half' && engine === 'tfjs')
    throw new ConfigError('expected "single" with the engine tfjs, found "half"', { path: 'precision' })
  return config
}

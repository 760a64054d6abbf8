/** Configs of painting: taken from files, completed and checked. */
import { ConfigError } from '../../config/errors.ts'
import type { Fragment } from '../../config/load.ts'
import { type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import { type PaintConfig, type PaintFragment, paintConfig, paintDefaults, paintSchema } from './schema.ts'

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function paintFragment(fragment: Fragment): PaintFragment {
  if (fragment.method === 'paint') return fragment as PaintFragment
  throw new ConfigError(`expected a config of the method "paint", found one of ${shown(fragment.method ?? null)}`, {
    path: 'method',
  })
}

/** The complete config of a run. @throws ConfigError */
export function resolvePaint(fragment: PaintFragment): PaintConfig {
  const merged = mergeInto(paintConfig, paintDefaults as unknown as JsonObject, fragment as JsonObject)
  validate(paintSchema, merged, { name: 'config' })
  const config = merged as unknown as PaintConfig
  const { output, paste, align } = config
  if (output.what === 'whole' && (paste.mode === 'off' || align.mode === 'none'))
    throw new ConfigError(
      `expected "portrait" where ${align.mode === 'none' ? 'no square is cut out (align.mode "none")' : 'nothing is put back (paste.mode "off")'}, found "whole"`,
      { path: 'output.what' },
    )
  return config
}

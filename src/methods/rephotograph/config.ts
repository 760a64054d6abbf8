/** Configs of rephotography: their kind, and the types of what files and packs may say. */
import { z } from 'zod'
import { ConfigError } from '../../config/errors.ts'
import { configKind, type Relaxed } from '../../config/kind.ts'
import type { Fragment } from '../../config/load.ts'
import { type ResolvedConfig, runSchema } from './schema.ts'

/** The configs of this method. */
export const rephotographConfig = configKind('rephotograph', runSchema)

type Settled = Relaxed<ResolvedConfig>
type Stages = NonNullable<Settled['degradation']>
type Blur = NonNullable<Stages['blur']>

/** What a config file may say, besides `extends`. */
export type ConfigFragment = Omit<Settled, 'sensitivity' | 'degradation'> & {
  sensitivity?: Settled['sensitivity'] | 'auto'
  degradation?:
    | (Omit<Stages, 'blur'> & { blur?: (Omit<Blur, 'radius'> & { radius?: Blur['radius'] | 'auto' }) | null })
    | null
}

/** A whole config file. */
export type ConfigFile = ConfigFragment & { $schema?: string; extends?: string | string[] }

/** What a pack may prescribe: the numbers that depend on its networks, never the input, the seed or the output. */
export type PackSettings = Relaxed<
  Pick<ResolvedConfig, 'align' | 'encode' | 'histogram' | 'degradation' | 'losses' | 'optimize'>
>

const { shape } = rephotographConfig.fragment

/** Schema of the `settings` of a model pack. */
export const packSettingsSchema = z.strictObject({
  align: shape.align!,
  encode: shape.encode!,
  histogram: shape.histogram!,
  degradation: shape.degradation!,
  losses: shape.losses!,
  optimize: shape.optimize!,
})

export type { Sensitivity } from '../../degrade/spectral.ts'
export type { ResolvedConfig } from './schema.ts'

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function portraitConfig(fragment: Fragment): ConfigFragment {
  const { method = 'rephotograph' } = fragment
  if (method === 'rephotograph' || method === null) return fragment as ConfigFragment
  throw new ConfigError(`expected a config of the method "rephotograph", found one of ${JSON.stringify(method)}`, {
    path: 'method',
  })
}

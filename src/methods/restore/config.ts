/** Configs of restoring: taken from files, completed and checked. */
import { ConfigError } from '../../config/errors.ts'
import type { Fragment } from '../../config/load.ts'
import { type JsonObject, mergeInto } from '../../config/merge.ts'
import { shown } from '../../config/shown.ts'
import { validate } from '../../config/validate.ts'
import type { TileOptions } from '../../forward/tiles.ts'
import type { Role } from '../../networks/roles.ts'
import type { MappingKind } from '../../restore/pass.ts'
import { type RestoreConfig, type RestoreFragment, restoreConfig, restoreDefaults, restoreSchema } from './schema.ts'

/** A config, taken for one of this method. @throws ConfigError where it is of another */
export function restoreFragment(fragment: Fragment): RestoreFragment {
  if (fragment.method === 'restore') return fragment as RestoreFragment
  throw new ConfigError(`expected a config of the method "restore", found one of ${shown(fragment.method ?? null)}`, {
    path: 'method',
  })
}

/** The complete config of a run. @throws ConfigError */
export function resolveRestore(fragment: RestoreFragment): RestoreConfig {
  const merged = mergeInto(restoreConfig, restoreDefaults as unknown as JsonObject, fragment as JsonObject)
  validate(restoreSchema, merged, { name: 'config' })
  const config = merged as unknown as RestoreConfig
  const { from, mask } = config.scratches
  if (config.medianSide % 2 === 0)
    throw new ConfigError(`expected an odd number of pixels, found ${config.medianSide}`, { path: 'medianSide' })
  if (config.means !== 'networks' && config.faces !== 'none')
    throw new ConfigError(`expected faces "none" beside means "${config.means}", found "${config.faces}"`, {
      path: 'faces',
    })
  if (from === 'mask' && mask === null)
    throw new ConfigError('expected scratches.mask beside from "mask", found none; name a picture', {
      path: 'scratches.mask',
    })
  if (from !== 'mask' && mask !== null)
    throw new ConfigError(`expected from "mask" beside scratches.mask, found "${from}"; change one of them`, {
      path: 'scratches.from',
    })
  return config
}

/** The mapping of a photograph with damage, or without. */
export function mappingKind({ highResolution }: RestoreConfig, damaged: boolean): MappingKind {
  return !damaged ? 'quality' : highResolution ? 'hr' : 'scratch'
}

const MAPPING_ROLES: Record<MappingKind, Role> = {
  quality: 'restore_mapping',
  scratch: 'restore_mapping_scratch',
  hr: 'restore_mapping_hr',
}

/** The networks of a mapping: encoder, mapping, decoder. A pack without a decoder of its own for scratched photographs uses the other. */
export function mappingRoles(kind: MappingKind, pack: { has(role: Role): boolean }): readonly [Role, Role, Role] {
  const scratched = kind !== 'quality' && pack.has('restore_vae_b_scratch')
  return ['restore_vae_a', MAPPING_ROLES[kind], scratched ? 'restore_vae_b_scratch' : 'restore_vae_b']
}

/** Tiles as the config wishes them. */
export function tileOptions({ tiles: { side, margin } }: RestoreConfig): TileOptions {
  return { side, ...(margin !== null && { margin }) }
}

/** Every network that a config may need. */
export function rolesOf(config: RestoreConfig, pack: { has(role: Role): boolean }): Role[] {
  if (config.means !== 'networks') return []
  const { from } = config.scratches
  const kinds = [...(from === 'none' ? [] : [true]), ...(from === 'mask' ? [] : [false])]
  return [
    ...new Set([
      ...(from === 'auto' ? (['scratch_detector'] as const) : []),
      ...kinds.flatMap((damaged) => mappingRoles(mappingKind(config, damaged), pack)),
      ...(config.faces === 'none' ? [] : ([`restore_face_${config.faces}`] as const)),
    ]),
  ]
}

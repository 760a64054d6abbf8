/** What a run works with: the pack, the complete config, the machine's threads. */
import { ModelError } from '../../models/errors.ts'
import type { LoadedPack } from '../../models/load.ts'
import type { Role } from '../../networks/roles.ts'
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { resolveRestore, rolesOf } from './config.ts'
import type { RestoreConfig, RestoreFragment } from './schema.ts'

/** What a run works with. */
export type Setting = OpenedPack<RestoreConfig>

/** Opens the pack of a config. @throws ModelError where it lacks a network that the config needs */
export function openSetting(fragment: RestoreFragment): Setting {
  const config = resolveRestore(fragment)
  return openPack(
    config.pack,
    (pack) => {
      requireNetworks(config, pack)
      return config
    },
    () => [],
    () => ({}),
  )
}

/** @throws ModelError where the pack lacks a network that the config may need, or has some of different sets */
export function requireNetworks(config: RestoreConfig, pack: LoadedPack): void {
  const roles = rolesOf(config, pack)
  for (const role of roles) pack.path(role)
  const [first, ...others] = roles.flatMap((role) => {
    const key = LATENTS[role]
    return key === undefined ? [] : [{ role, channels: pack.store(role).shape(key)[1] }]
  })
  const odd = others.find(({ channels }) => channels !== first!.channels)
  if (odd)
    throw new ModelError(
      `pack ${pack.pack.name}: expected ${odd.role} for latents of ${first!.channels} channels, as ${first!.role} has, found one for ${odd.channels}; import networks of one set`,
    )
}

/** A tensor whose second side is the channels of the latents. */
const LATENTS: Partial<Record<Role, string>> = {
  restore_vae_a: 'encoder.4.weight',
  restore_vae_b: 'encoder.4.weight',
  restore_vae_b_scratch: 'encoder.4.weight',
  restore_mapping: 'model.0.weight',
  restore_mapping_scratch: 'before_NL.0.weight',
  restore_mapping_hr: 'before_NL.0.weight',
}

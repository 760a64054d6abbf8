/** The networks of a pack as the rest of the program wants them: weights of the graph, with what the pack says of them. */

import { validate } from '../../config/validate.ts'
import type { Encoders } from '../../encoders/encode.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { isRole, type Role } from '../../networks/roles.ts'
import { type PackSettings, packSettingsSchema, type ResolvedConfig, type Sensitivity } from './config.ts'
import { networksOfLosses } from './losses.ts'
import type { NetworkOf } from './term.ts'

/** The colour encoder of an emulsion. */
export function colorEncoderRole(sensitivity: Sensitivity): `color_encoder_${Sensitivity}` {
  return `color_encoder_${sensitivity}`
}

/** The encoders of a pack for an emulsion. */
export function encodersOf(pack: LoadedPack, sensitivity: Sensitivity): Encoders {
  return {
    shape: weightsOf(pack, 'e4e'),
    layout: pack.layout('e4e'),
    color: weightsOf(pack, colorEncoderRole(sensitivity)),
  }
}

/** Weights by role, opened when a term asks for them, since a run can do without some. */
export function networkOf(pack: LoadedPack): NetworkOf {
  return (role) => weightsOf(pack, role)
}

/** Networks that a run cannot do without. */
export function neededRoles({ sensitivity, losses, degradation, finish }: ResolvedConfig): Role[] {
  const seen = networksOfLosses(losses).filter(isRole)
  const detector: Role[] = degradation.mask?.find === true ? ['scratch_detector'] : []
  const upscaler: Role[] = finish.upscale ? ['upscaler'] : []
  return ['stylegan2', 'e4e', colorEncoderRole(sensitivity), ...seen, ...detector, ...upscaler]
}

/** What a pack prescribes: its settings, and the sides that its networks were trained at. */
export function settingsOf(pack: LoadedPack, sensitivity: Sensitivity | 'auto'): PackSettings {
  const settings = (pack.pack.settings ?? {}) as PackSettings
  validate(packSettingsSchema, settings, { name: `${pack.folder}/pack.json settings` })
  const e4eSize = pack.layout('e4e').inputSize
  const colorSize = pack.layout(colorEncoderRole(sensitivity === 'auto' ? 'b' : sensitivity)).inputSize
  return { ...settings, encode: { e4eSize, colorSize, ...settings.encode } }
}

/** Side at which a pack's face parser looks. */
export function parserSize(pack: LoadedPack): number {
  return pack.layout('bisenet').inputSize
}

/** Networks that a run with an emulsion uses, of those that the pack has. */
export function usedRoles(pack: LoadedPack, sensitivity: Sensitivity): Role[] {
  const roles: Role[] = [
    'stylegan2',
    'e4e',
    colorEncoderRole(sensitivity),
    'vgg16',
    'vgg19',
    'vggface',
    'lpips',
    'arcface',
    'bisenet',
    'w_stats',
  ]
  return roles.filter((role) => pack.has(role))
}

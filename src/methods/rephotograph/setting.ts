/** What a run works with, settled before anything is computed: the pack, the complete config, the machine's threads. */
import { validate } from '../../config/validate.ts'
import { type GeneratorShape, generatorShape } from '../../generator/stylegan2.ts'
import { weightsOf } from '../../models/weights.ts'
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { type ConfigFragment, type ResolvedConfig, rephotographConfig } from './config.ts'
import { neededRoles, settingsOf } from './networks.ts'
import { resolveConfig } from './resolve.ts'

/** An opened pack and the config that is complete for it. Close the pack when done. */
export interface Setting extends OpenedPack<ResolvedConfig> {
  readonly shape: GeneratorShape
}

/** Opens the pack of a config and completes the config for it. */
export function openSetting(fragment: ConfigFragment): Setting {
  validate(rephotographConfig.file, fragment, { name: 'config' })
  return openPack(
    fragment.pack,
    (pack) => resolveConfig(fragment, settingsOf(pack, fragment.sensitivity ?? 'b'), pack.generatorSize),
    neededRoles,
    (pack) => ({ shape: generatorShape(weightsOf(pack, 'stylegan2')) }),
  )
}

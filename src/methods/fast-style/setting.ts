/** What a run works with: the pack, the complete config, the networks, the machine's threads. */
import { type LoadedPack, loadPack } from '../../models/load.ts'
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { resolveFastStyle } from './config.ts'
import { openNetworks, type StyleNetworks } from './networks.ts'
import type { FastStyleConfig, FastStyleFragment } from './schema.ts'

/** The pack that has the network that looks, where the run's own has none. */
const LOOKING_PACK = 'compact'

/** Close it when done. */
export interface Setting extends OpenedPack<FastStyleConfig> {
  readonly networks: StyleNetworks
  /** The pack whose VGG-19 looks at styles; undefined where there is none. */
  readonly looking: LoadedPack | undefined
  close(): void
}

/** Opens the pack and the networks of a config. */
export function openSetting(fragment: FastStyleFragment): Setting {
  const config = resolveFastStyle(fragment)
  const setting = openPack(
    config.pack,
    () => config,
    () => [],
    (pack) => {
      const networks = openNetworks(config, pack)
      return { networks, looking: lookingPack(pack) }
    },
  )
  const close = () => {
    setting.networks.close()
    if (setting.looking !== setting.pack) setting.looking?.close()
    setting.pack.close()
  }
  // The device is chosen when it is first asked for, so the getter is kept.
  return Object.defineProperty(setting, 'close', { value: close }) as Setting
}

/** A pack with a VGG-19 for styles. */
export function lookingPack(pack: LoadedPack): LoadedPack | undefined {
  if (pack.has('vgg19_style')) return pack
  const other = loadPack(LOOKING_PACK)
  if (other.has('vgg19_style')) return other
  other.close()
  return undefined
}

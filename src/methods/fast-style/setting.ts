/** What a run works with: the pack, the complete config, the networks, the machine's threads. */
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { resolveFastStyle } from './config.ts'
import { openNetworks, type StyleNetworks } from './networks.ts'
import type { FastStyleConfig, FastStyleFragment } from './schema.ts'

/** Close it when done. */
export interface Setting extends OpenedPack<FastStyleConfig> {
  readonly networks: StyleNetworks
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
      return { networks }
    },
  )
  const close = () => {
    setting.networks.close()
    setting.pack.close()
  }
  // The device is chosen when it is first asked for, so the getter is kept.
  return Object.defineProperty(setting, 'close', { value: close }) as Setting
}

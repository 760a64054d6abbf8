/** What a run works with: the pack, the complete config, the network, the machine's threads. */
import { existsSync } from 'node:fs'
import type { ForwardNetwork } from '../../forward/network.ts'
import { ModelError } from '../../models/errors.ts'
import type { LoadedPack } from '../../models/load.ts'
import { filesBeside, openNetworkFile } from '../../models/network-file.ts'
import { weightsOf } from '../../models/weights.ts'
import { painterOf, usualLayout } from '../../painters/painter.ts'
import { type OpenedPack, openPack } from '../opened-pack.ts'
import { resolvePaint } from './config.ts'
import type { PaintConfig, PaintFragment } from './schema.ts'

/** A network, from wherever it is. */
export interface OpenPainter {
  readonly network: ForwardNetwork
  /** Side of the squares that it was trained on. */
  readonly side: number
  /** Where its weights are from. */
  readonly source: string
  readonly notes: readonly string[]
  close(): void
}

/** Close it when done. */
export interface Setting extends OpenedPack<PaintConfig> {
  readonly painter: OpenPainter
  close(): void
}

/** Opens the pack and the network of a config. */
export function openSetting(fragment: PaintFragment): Setting {
  const config = resolvePaint(fragment)
  const setting = openPack(
    config.pack,
    () => config,
    () => [],
    (pack) => ({ painter: openPainter(config, pack) }),
  )
  const close = () => {
    setting.painter.close()
    setting.pack.close()
  }
  // The device is chosen when it is first asked for, so the getter is kept.
  return Object.defineProperty(setting, 'close', { value: close }) as Setting
}

/** Opens the network of a config. @throws CheckpointError, ModelError or NetworkError that names the file */
export function openPainter({ network }: Pick<PaintConfig, 'network'>, pack: LoadedPack): OpenPainter {
  const { file, statistics } = network
  if (file === null) {
    requirePainter(pack)
    const layout = pack.layout('painter')
    const built = painterOf(weightsOf(pack, 'painter'), layout, statistics)
    return { network: built, side: layout.side, source: `pack ${pack.pack.name}`, notes: [], close: () => {} }
  }
  const { weights, notes, close } = openNetworkFile(file, ['painter'], 'a network that paints')
  return { network: painterOf(weights, usualLayout, statistics), side: usualLayout.side, source: file, notes, close }
}

/** @throws ModelError where the pack has no network that paints */
export function requirePainter(pack: LoadedPack): void {
  if (!pack.has('painter'))
    throw new ModelError(
      `pack ${pack.pack.name}: expected a network that paints, found none; name a file of one with --network, or import it with rephoto models import`,
    )
}

/** Files that have a part in the result. */
export function sourcesOf({ network, align }: PaintConfig): string[] {
  const { file } = network
  return [...(file === null ? [] : filesBeside(file)), ...(align.landmarks === null ? [] : [align.landmarks])].filter(
    (path) => existsSync(path),
  )
}

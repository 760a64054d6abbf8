/** The work of a run: what is damaged, the photograph through the networks, its faces. Every stage says what it found or why it did nothing. */
import { freeBytes } from '../../forward/memory.ts'
import { isGraySamples } from '../../forward/pictures.ts'
import type { PlanarPicture } from '../../forward/tiles.ts'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import { toColor, toGray } from '../../images/gray.ts'
import type { Samples } from '../../images/samples.ts'
import { weightsOf } from '../../models/weights.ts'
import type { DamageMask } from '../../restore/latent-mask.ts'
import { mixed } from '../../restore/mixed.ts'
import {
  costs,
  type MappingKind,
  type PassPart,
  type RestoreNetworks,
  requireMemory,
  restore,
} from '../../restore/pass.ts'
import { restoreTiles, tiledCosts, tiledNetwork } from '../../restore/tiled.ts'
import { planesOf } from '../../restore/vae.ts'
import type { RunRecord } from '../../run/record.ts'
import { shownPicture } from '../shown.ts'
import { mappingKind, mappingRoles, tileOptions } from './config.ts'
import type { Damage } from './damage.ts'
import { type RestoredFaces, restoreFaces } from './faces.ts'
import { medianFiltered } from './median.ts'
import { fitted, networkInput, networkMask, networkSides, restoredPicture } from './planes.ts'
import type { Setting } from './setting.ts'
import { grayed, toned, toneOf } from './toned.ts'

/** What came of it; undefined where the signal stopped it. */
export interface Restored {
  /** As the mapping left it. */
  readonly restored: Samples
  readonly faces: RestoredFaces | undefined
  /** With the faces. */
  readonly result: Samples
}

/** The networks of a photograph with this damage, and its way through them. */
interface Way {
  readonly networks: RestoreNetworks
  /** Whether the decoder draws what is to be added, not the whole. */
  readonly adds: boolean
}

function wayOf({ config, pack }: Setting, { mask }: Damage): Way {
  const kind = mappingKind(config, mask !== undefined)
  const roles = mappingRoles(kind, pack)
  const [encoder, mapping, decoder] = roles.map((role) => weightsOf(pack, role))
  return {
    networks: { encoder: encoder!, mapping: mapping!, decoder: decoder!, kind },
    adds: planesOf(decoder!) === 4,
  }
}

/** What the networks are given of a photograph. */
export function given({ config }: Pick<Setting, 'config'>, photograph: Samples, damage: Damage, kind: MappingKind) {
  const fit = fitted(photograph, damage.mask, kind, config.fit)
  const side = networkSides(fit.photograph, kind, config.fit)
  return { ...fit, side, networkMask: fit.mask && networkMask(fit.mask, side) }
}

/** @throws MemoryError before anything is computed, where a part would not fit */
export async function work(
  setting: Setting,
  record: RunRecord,
  photograph: Samples,
  damage: Damage,
  signal: AbortSignal | undefined,
): Promise<Restored | undefined> {
  const { config } = setting
  if (config.means !== 'networks') {
    const restored = config.means === 'median' ? medianFiltered(photograph, config.medianSide) : photograph
    return { restored, faces: undefined, result: restored }
  }
  const tone = config.keepGray ? toneOf(photograph) : undefined
  if (tone) record.tell({ type: 'note', message: 'of a single tone: restored as gray, and given its tone back' })
  const { networks, adds } = wayOf(setting, damage)
  const gray = tone ? grayed(photograph) : photograph
  const { photograph: fit, mask, side, networkMask: damaged } = given(setting, gray, damage, networks.kind)
  const seen = networkInput(fit, mask, side)
  const drawn = await throughNetworks(setting, record, networks, seen, damaged, signal)
  if (!drawn) return undefined
  const planes = adds ? mixed(seen, damaged, drawn) : drawn
  const untoned = restoredPicture(planes, side, fit, { ...config, stretch: config.stretch ?? !adds })
  const restored = tone ? toned(untoned, tone) : untoned
  if (config.faces === 'none') return { restored, faces: undefined, result: restored }
  const faces = await record.phase('faces', () =>
    restoreFaces(setting, shownPicture(restored), signal, (done, total, milliseconds) =>
      record.tell({ type: 'tile', done, total, milliseconds }),
    ),
  )
  if (signal?.aborted) return undefined
  sayFaces(record, faces)
  if (faces.found === 0) return { restored, faces, result: restored }
  const picture = isGraySamples(restored) && config.keepGray ? toColor(toGray(faces.picture)) : faces.picture
  return { restored, faces, result: restored.alpha ? { ...picture, alpha: eightBits(restored.alpha) } : picture }
}

/** Whole, or in tiles where the networks allow it. @throws MemoryError before anything is computed */
async function throughNetworks(
  { config, compute }: Setting,
  record: RunRecord,
  networks: RestoreNetworks,
  picture: PlanarPicture,
  mask: DamageMask | undefined,
  signal: AbortSignal | undefined,
): Promise<Float32Array | undefined> {
  const tiled = tiledNetwork(networks)
  const wish = tileOptions(config)
  requireMemory(tiled ? tiledCosts(tiled, picture, wish) : costs(networks, picture, mask), picture, freeBytes())
  const clock = stopwatch(record)
  const options = {
    compile: compute.options,
    signal,
    block: config.attention.block,
    onPart: clock.begin,
    onBlock: (done: number, total: number, milliseconds: number) =>
      record.tell({ type: 'tile', done, total, milliseconds }),
  }
  const planes = tiled
    ? await restoreTiles(tiled, picture, mask, wish, options)
    : await restore(networks, picture, mask, options)
  clock.end()
  return planes
}

function sayFaces(record: RunRecord, { found, skipped }: RestoredFaces): void {
  if (found === 0) record.warn('no face was found, so none was restored')
  for (const line of skipped) record.warn(`left as it is: ${line}`)
}

/** Faces are put back in 8 bits. */
function eightBits(plane: Uint8Array | Uint16Array): Uint8Array {
  return plane instanceof Uint8Array ? plane : Uint8Array.from(plane, (v) => Math.round(v / 257))
}

/** Announces and times the parts, which follow each other. */
function stopwatch(record: RunRecord): { begin(part: PassPart): void; end(): void } {
  let running: { part: PassPart; since: number } | undefined
  const end = () => {
    if (running) record.spent(running.part, (performance.now() - running.since) / 1000)
    running = undefined
  }
  return {
    begin(part) {
      end()
      running = { part, since: performance.now() }
      record.tell({ type: 'phase', name: part })
    },
    end,
  }
}

/** The photograph with its damage white, as the networks see it. */
export function holed(photograph: Bitmap, mask: Bitmap): Bitmap {
  const color = toColor(photograph)
  const data = color.data.slice()
  mask.data.forEach((v, i) => {
    if (v > 0) data.fill(255, 3 * i, 3 * i + 3)
  })
  return createBitmap(color.width, color.height, 3, data)
}

/** The work of a run: a picture through the network, tile by tile, its alpha too, and to the size that is wanted. */
import { eightWays } from '../../forward/eight-ways.ts'
import { alphaPicture, colorPlanes, isGraySamples, sampleRows } from '../../forward/pictures.ts'
import { passOverTiles, planTiles, type TilePlan } from '../../forward/tiles.ts'
import { resizeSamples } from '../../images/resize-samples.ts'
import { isDeepPicture, type Samples } from '../../images/samples.ts'
import type { RunRecord } from '../../run/record.ts'
import type { Setting } from './setting.ts'
import { networkSide, requireMemory, resultSide } from './sizes.ts'

/** What came of it. */
export interface Enlarged {
  /** Undefined where the signal stopped it. */
  readonly picture: Samples | undefined
  readonly plan: TilePlan
}

/**
 * What a picture goes through, cut into tiles.
 * @throws MemoryError or TileError where the result or a tile would not fit
 */
export function planOfPass({ network: plain, config }: Pick<Setting, 'network' | 'config'>, picture: Samples) {
  const network = config.flips ? eightWays(plain) : plain
  const side = resultSide(config, network, picture)
  requireMemory(picture, network, side)
  const { margin } = config.tiles
  const plan = planTiles(network, picture, { side: config.tiles.side, ...(margin !== null && { margin }) })
  return { network, side, plan }
}

/** Enlarges a picture for which there is room. */
export async function enlarge(
  setting: Setting,
  record: RunRecord,
  picture: Samples,
  signal: AbortSignal | undefined,
): Promise<Enlarged> {
  const { config, compute } = setting
  const { network, side, plan } = planOfPass(setting, picture)
  const alpha = alphaPicture(picture)
  const byNetwork = alpha !== undefined && config.alpha === 'network'
  const total = plan.count * (byNetwork ? 2 : 1)
  let before = 0
  const pass = async (part: Samples): Promise<Samples | undefined> => {
    const rows = sampleRows({
      ...networkSide(network, part),
      channels: part.channels,
      bits: isDeepPicture(part) ? 16 : 8,
      gray: isGraySamples(part),
    })
    const done = await passOverTiles(network, colorPlanes(part), {
      plan,
      compile: compute.options,
      signal,
      onTile: (count, milliseconds) => record.tell({ type: 'tile', done: before + count, total, milliseconds }),
      onCompiled({ flops, milliseconds }) {
        record.spent('compile', milliseconds / 1000)
        const detail = `${total} ${total === 1 ? 'tile' : 'tiles'} of ${(flops / 1e9).toFixed(1)} GFLOP`
        if (before === 0) record.tell({ type: 'phase', name: 'enlarge', detail })
      },
      onRows: rows.add,
    })
    before += done
    return done === plan.count ? rows.picture : undefined
  }
  const color = await pass(picture)
  const grown = color && byNetwork ? await pass(alpha) : undefined
  if (!color || (byNetwork && !grown)) return { picture: undefined, plan }
  const { width, height } = color
  const plane = alpha && (grown ?? resizeSamples(alpha, width, height, 'bicubic')).data
  const whole = plane ? { ...color, alpha: plane } : color
  return { picture: resizeSamples(whole, side.width, side.height, 'lanczos'), plan }
}

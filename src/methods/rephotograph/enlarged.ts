// A result through a network that enlarges: what it draws beyond the generator's pixels is invented.
import { type ProgramCost, programCost } from '../../engine/cost.ts'
import type { CompileOptions } from '../../engine/executable.ts'
import { colorPlanes, sampleRows } from '../../forward/pictures.ts'
import { passOverTiles, planTiles } from '../../forward/tiles.ts'
import { input } from '../../graph/tensor.ts'
import { type Bitmap, createBitmap } from '../../images/bitmap.ts'
import type { LoadedPack } from '../../models/load.ts'
import { weightsOf } from '../../models/weights.ts'
import { upscalerOf } from '../../upscalers/upscaler.ts'

/** A picture as the pack's upscaler enlarges it: 8 bits, in colour. */
export async function enlarged(pack: LoadedPack, picture: Bitmap, compile: CompileOptions): Promise<Bitmap> {
  const network = upscalerOf(weightsOf(pack, 'upscaler'))
  const [width, height] = [picture.width * network.scale, picture.height * network.scale]
  const rows = sampleRows({ width, height, channels: 3, bits: 8, gray: false })
  const plan = planTiles(network, picture, { side: 0 })
  await passOverTiles(network, colorPlanes(picture), { plan, compile, onRows: rows.add })
  return createBitmap(width, height, 3, Uint8Array.from(rows.picture.data))
}

/** What it asks of a machine, by its graph alone. @param size side of the picture */
export function enlargingCost(
  pack: LoadedPack,
  size: number,
): ProgramCost & { readonly name: string; readonly runs: number } {
  const network = upscalerOf(weightsOf(pack, 'upscaler'))
  const { across, down, count } = planTiles(network, { width: size, height: size }, { side: 0 })
  const y = network.build(input('x', [1, network.channelsIn, down.side, across.side]))
  return { name: `enlarging to ${size * network.scale} px`, runs: count, ...programCost({ outputs: { y } }) }
}

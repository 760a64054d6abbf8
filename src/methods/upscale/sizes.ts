// How large a result becomes, and whether there is room for it.

import { MemoryError } from '../../engine/memory.ts'
import { freeBytes } from '../../forward/memory.ts'
import type { ForwardNetwork } from '../../forward/network.ts'
import type { Side } from '../../images/bitmap.ts'
import { isDeepPicture, type Samples } from '../../images/samples.ts'
import type { UpscaleConfig } from './schema.ts'

/** Sides of what the network makes of a picture. */
export function networkSide({ scale }: Pick<ForwardNetwork, 'scale'>, { width, height }: Side): Side {
  return { width: width * scale, height: height * scale }
}

/** Sides of the result. */
export function resultSide({ size }: Pick<UpscaleConfig, 'size'>, network: ForwardNetwork, picture: Side): Side {
  if (size.width !== null)
    return { width: size.width, height: Math.max(1, Math.round((size.width * picture.height) / picture.width)) }
  if (size.scale === null) return networkSide(network, picture)
  const sided = (length: number) => Math.max(1, Math.round(length * size.scale!))
  return { width: sided(picture.width), height: sided(picture.height) }
}

/** @throws MemoryError where the pictures that have to be held at once do not fit into what is free */
export function requireMemory(
  picture: Samples,
  network: ForwardNetwork,
  result: Side,
  free: number = freeBytes(),
): void {
  const grown = networkSide(network, picture)
  const bytes = isDeepPicture(picture) ? 2 : 1
  const planes = picture.channels + (picture.alpha ? 1 : 0)
  const area = ({ width, height }: Side) => width * height
  // The floats of the input; what the network makes; the result, once more with its alpha, and as bytes of a file.
  const needed = 12 * area(picture) + bytes * planes * (area(grown) + 3 * area(result))
  if (needed <= free) return
  const words = (n: number) => `${(n / 1e9).toFixed(1)} GB`
  throw new MemoryError(
    `not enough memory: ${picture.width}×${picture.height} becomes ${result.width}×${result.height}${area(grown) > area(result) ? ` by way of ${grown.width}×${grown.height}` : ''}, expected ${words(needed)} for it, found ${words(free)} free; use a smaller --scale, or enlarge it in parts`,
  )
}

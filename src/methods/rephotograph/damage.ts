/** Scratches of an aligned portrait, as the pack's detector sees them: what `degradation.mask.find` asks for. */
import type { Bitmap } from '../../images/bitmap.ts'
import { weightsOf } from '../../models/weights.ts'
import { scratchLikelihood, scratchMask } from '../../restore/find-scratches.ts'
import type { ResolvedConfig } from './config.ts'
import type { Setting } from './setting.ts'

/** Whether a config leaves its mask to the detector. */
export function looksForDamage({ degradation }: Pick<ResolvedConfig, 'degradation'>): boolean {
  return degradation.mask?.find === true
}

/** White where it is scratched; undefined where nobody asks. */
export async function foundDamage({ pack, config, compute }: Setting, aligned: Bitmap): Promise<Bitmap | undefined> {
  if (!looksForDamage(config)) return undefined
  const layout = pack.layout('scratch_detector')
  const likelihood = await scratchLikelihood(weightsOf(pack, 'scratch_detector'), aligned, layout, compute.options)
  return scratchMask(likelihood, aligned, layout.threshold)
}

/** In words: what share of the portrait the losses will not look at. */
export function damageInWords({ data }: Bitmap): string {
  const share = data.reduce((n, v) => n + (v > 0 ? 1 : 0), 0) / data.length
  return share === 0
    ? 'no scratches were found, so the losses look everywhere'
    : `scratches found: ${(100 * share).toFixed(1)} % of the portrait, at which the losses do not look`
}

/**
 * A run whose face becomes as old as its input looks: along the age direction of the generator, before the optimization or after it.
 * Ages are predicted in gray on both sides, as metrics are.
 */
import { ageGender } from '../../../features/face-api.ts'
import { Synthesizer } from '../../../generator/synthesis.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { toGray } from '../../../images/gray.ts'
import { MetricError } from '../../../metrics/error.ts'
import { weightsOf } from '../../../models/weights.ts'
import type { KeptAge } from '../../../run/manifest.ts'
import type { RunRecord } from '../../../run/record.ts'
import type { PortraitCodes } from '../codes.ts'
import { bitmapOf } from '../generated.ts'
import type { Setting } from '../setting.ts'
import { withTuned } from '../tune/generator.ts'
import { directionsFor } from './known.ts'
import { FAR_OFF, meetAge, mover } from './move.ts'
import { ageInWords } from './words.ts'

type Codes = Pick<PortraitCodes, 'latent' | 'noise' | 'generator'>

/** The latent, moved or as it was, and what the file of the codes says of it. */
export interface AgedLatent {
  readonly latent: Float32Array
  readonly notes: Readonly<Record<string, string>>
}

/**
 * Moves codes of a run where its config wants that at this place; the manifest says what was done.
 *
 * @param aligned the aligned input
 * @throws MetricError where the age of the input cannot be told
 */
export async function keepAge(
  setting: Setting,
  record: RunRecord,
  place: 'start' | 'end',
  codes: Codes,
  aligned: Bitmap,
): Promise<AgedLatent> {
  const { keep, layers } = setting.config.age
  if (keep === 'off' || (keep === 'start' && place === 'end')) return { latent: codes.latent, notes: {} }
  // Learned at the start in any case: who waits for the end of a run should not wait for this then.
  const { age } = await record.phase('directions', () =>
    directionsFor(setting, (done, all) => {
      const detail = `learning it, ${done} of ${all} faces looked at; once for a generator`
      record.tell({ type: 'phase', name: 'directions', detail })
    }),
  )
  if (keep !== place) return { latent: codes.latent, notes: {} }
  return record.phase('age', async () => {
    const input = await ageOf(aligned, 'the input')
    const move = mover(setting.shape, layers)
    const looked = await looker(setting, codes)
    try {
      const before = await looked.at(codes.latent)
      const { steps, seen } = await meetAge(
        async (by) => (by === 0 ? before : looked.at(move(codes.latent, age.step, by))),
        input,
        age.perStep,
      )
      const kept: KeptAge = { keep, input, before: before.age, after: seen.age, steps, layers, r2: age.r2 }
      record.manifest.age = kept
      record.tell({ type: 'note', message: ageInWords(kept) })
      if (Math.abs(seen.age - input) > FAR_OFF)
        record.warn(
          `the age of the input, ${Math.round(input)}, is not reached along the age direction; ${Math.round(seen.age)} is the nearest (docs/tuning.md)`,
        )
      return { latent: move(codes.latent, age.step, steps), notes: { age: JSON.stringify(kept) } }
    } finally {
      await looked.dispose()
    }
  })
}

async function looker(setting: Setting, { noise, generator }: Codes) {
  const { pack, shape, compute } = setting
  const weights = withTuned(weightsOf(pack, 'stylegan2'), generator)
  const synthesizer = await Synthesizer.compile(weights, compute.options)
  return {
    async at(latent: Float32Array) {
      const { image } = await synthesizer.run(latent, noise)
      return { age: await ageOf(bitmapOf(image, shape.size, 'round'), 'the face') }
    },
    dispose: () => synthesizer.dispose(),
  }
}

async function ageOf(picture: Bitmap, what: string): Promise<number> {
  const { age } = await ageGender(toGray(picture))
  if (Number.isFinite(age)) return age
  throw new MetricError(`${what}: expected an age in years, found ${age}; leave its age alone with age.keep: 'off'`)
}

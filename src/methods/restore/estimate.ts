/** What a restoration would take: the detector looks, the graphs are counted, and a small piece of the work is timed. */
import type { Fragment } from '../../config/load.ts'
import { Executable } from '../../engine/executable.ts'
import { freeBytes } from '../../forward/memory.ts'
import { sizeOf } from '../../graph/shape.ts'
import { input } from '../../graph/tensor.ts'
import type { Side } from '../../images/bitmap.ts'
import { openPicture } from '../../images/read.ts'
import { runSequence } from '../../restore/blocks.ts'
import { mappingQuality } from '../../restore/mapping-quality.ts'
import { costs, type PartCost, type RestoreNetworks } from '../../restore/pass.ts'
import { encode } from '../../restore/vae.ts'
import { shownPicture } from '../shown.ts'
import { restoreFragment } from './config.ts'
import { findDamage } from './damage.ts'
import { requirePhotograph } from './photograph.ts'
import { openSetting, type Setting } from './setting.ts'
import { given, wayOf } from './work.ts'

export interface Estimate {
  readonly photograph: Side
  /** In words. */
  readonly damage: string
  readonly parts: readonly (PartCost & { readonly seconds: number })[]
  readonly seconds: number
  /** Of the part that needs most. */
  readonly bytes: number
  readonly free: number
  /** What else might be done, one line each. */
  readonly advice: readonly string[]
}

/** Attention that takes longer than this has a quicker way. */
const LONG = 600

/** @throws as a run of the config would, before its work */
export async function estimate(fragment: Fragment): Promise<Estimate> {
  const setting = openSetting(restoreFragment(fragment))
  try {
    const { config } = setting
    const path = String(config.input)
    const photograph = await (await openPicture(path)).samples()
    requirePhotograph(photograph, path)
    const damage = await findDamage(setting, shownPicture(photograph))
    const { kind, networks } = wayOf(setting, damage)
    const { side, networkMask } = given(setting, photograph, damage, kind)
    const rate = await flopsPerSecond(setting, networks)
    const parts = costs(networks, side, networkMask).map((part) => ({ ...part, seconds: part.flops / rate }))
    const attention = parts.find(({ part }) => part === 'attend')
    const bytes = Math.max(...parts.map((part) => part.bytes))
    const free = freeBytes()
    return {
      photograph,
      damage: damage.words,
      parts,
      seconds: parts.reduce((sum, { seconds }) => sum + seconds, 0),
      bytes,
      free,
      advice: [
        ...(attention && attention.seconds > LONG
          ? ['attention grows with the square of the photograph; --high-resolution fills in from patches instead']
          : []),
        ...(bytes > free ? ['there is not enough memory for it; make the photograph smaller'] : []),
      ],
    }
  } finally {
    setting.pack.close()
  }
}

/** Side of the picture whose mapping is timed. */
const TIMED = 256

/** How quick the machine is at this: the mapping of a small picture, without damage in it, the second time. */
async function flopsPerSecond({ compute }: Setting, { encoder, mapping, kind }: RestoreNetworks): Promise<number> {
  const latent = input('z', encode(encoder, input('x', [1, 3, TIMED, TIMED])).shape)
  const y = kind === 'quality' ? mappingQuality(mapping, latent) : runSequence(mapping, 'before_NL', latent, false)
  const executable = await Executable.compile({ outputs: { y } }, compute.options)
  try {
    const z = new Float32Array(sizeOf(latent.shape))
    await executable.run({ z })
    const begin = performance.now()
    await executable.run({ z })
    return (1000 * executable.flops) / (performance.now() - begin)
  } finally {
    await executable.dispose()
  }
}

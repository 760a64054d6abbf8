/**
 * Whether a portrait is large enough to be compared with a result. A portrait that is smaller than the generator keeps its
 * size, and a term that looks at a part of it through halvings needs some pixels there. How many follows from the terms,
 * their layers and the stages, so it is not written down: the graph of the objective is built, which computes nothing, and
 * says what does not fit.
 */

import type { Side, StageFiles } from '../../degrade/stage.ts'
import { ShapeError } from '../../graph/shape.ts'
import type { Bitmap } from '../../images/bitmap.ts'
import { PictureError } from '../../images/error.ts'
import type { ResolvedConfig } from './config.ts'
import { networkOf } from './networks.ts'
import { objectiveOf } from './objective-of.ts'
import type { Setting } from './setting.ts'
import { stageFiles } from './stage-files.ts'
import type { NetworkOf } from './term.ts'

type Losses = ResolvedConfig['losses']

/** @throws PictureError naming the smallest side that works, and the terms that need it */
export async function checkSize(setting: Setting, portrait: Bitmap): Promise<void> {
  const { size } = setting.shape
  const { width, height } = portrait
  // What the generator's own size asks for is checked with the config.
  if (width >= size && height >= size) return
  const network = networkOf(setting.pack)
  const files = await stageFiles(setting.config)
  const fits = (side: Side, losses = setting.config.losses) => builds(setting.config, losses, side, network, files)
  if (fits({ width, height }) || !fits(square(size))) return
  let [tooSmall, enough] = [Math.min(width, height), size]
  while (enough - tooSmall > 1) {
    const middle = Math.floor((tooSmall + enough) / 2)
    if (fits(square(middle))) enough = middle
    else tooSmall = middle
  }
  const needy = used(setting.config.losses).filter((name) => !fits(square(tooSmall), only(setting.config.losses, name)))
  const who = needy.length > 0 ? `the loss ${needy.join(', ')}` : 'the losses'
  const advice = needy.map((name) => ` --set losses.${name}.weight=0`).join('')
  throw new PictureError(
    `expected an aligned portrait of at least ${enough} px a side, for ${who} to look at, found ${width}×${height}; take a larger picture${advice && `, or leave that out with${advice}`}`,
  )
}

function builds(config: ResolvedConfig, losses: Losses, side: Side, network: NetworkOf, files: StageFiles): boolean {
  const { degradation, optimize } = config
  try {
    objectiveOf({ network, degradation, files, losses, optimize, target: { side } })
    return true
  } catch (error) {
    if (error instanceof ShapeError) return false
    throw error
  }
}

function used(losses: Losses): (keyof Losses)[] {
  return (Object.keys(losses) as (keyof Losses)[]).filter((name) => losses[name].weight > 0)
}

/** The same with all terms but one left out. */
function only(losses: Losses, wanted: keyof Losses): Losses {
  const entries = Object.entries(losses).map(([name, term]) => [name, name === wanted ? term : { ...term, weight: 0 }])
  return Object.fromEntries(entries) as Losses
}

function square(side: number): Side {
  return { width: side, height: side }
}

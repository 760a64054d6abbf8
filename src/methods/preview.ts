/** What a run would be, without making it: the config is settled and checked, time and memory are estimated, nothing is written. */
import { availableParallelism } from 'node:os'
import { ConfigError, type Fragment } from '../config/index.ts'
import { availableMemory } from '../engine/memory.ts'
import { measureSpeed, type Speed } from '../engine/speed.ts'
import type { Side } from '../images/bitmap.ts'
import { openPicture } from '../images/read.ts'
import { loadPack } from '../models/load.ts'
import { computeFor, type Wanted } from './compute.ts'
import { bytesOf, computingSeconds, secondsOf } from './estimate.ts'
import type { Method, PhaseCost, Plan } from './method.ts'
import { methodOf } from './methods.ts'

export interface Preview {
  readonly method: Method
  readonly plan: Plan
  readonly pack: string
  readonly input: { readonly path: string } & Side
  /** Sides of what it makes. */
  readonly result: Side
  /** What was found in the picture, in words. */
  readonly notes: readonly string[]
  readonly device: string
  readonly threads: number
  readonly speed: Speed
  readonly phases: readonly (PhaseCost & { readonly seconds: number })[]
  /** Estimates of the whole run. */
  readonly seconds: number
  readonly bytes: number
  /** Bytes that are there now. */
  readonly available: number
}

/**
 * @param handedOn sides of an input that is not there yet, since a run before this one makes it
 * @throws what `run` throws before it begins
 */
export async function previewRun(given: Fragment, handedOn?: Side): Promise<Preview> {
  const { input } = given
  if (typeof input !== 'string')
    throw new ConfigError('expected a picture, found none; name it in the config or on the command line', {
      path: 'input',
    })
  const bitmap = handedOn ? undefined : (await openPicture(input)).bitmap
  const side = handedOn ?? bitmap!
  const method = methodOf(given)
  const { settle, plan: planOf } = await method.load()
  const settled = bitmap ? await settle(given, bitmap) : { fragment: given, notes: [] }
  const { fragment } = settled
  const pack = loadPack(typeof fragment.pack === 'string' ? fragment.pack : 'compact')
  try {
    const plan = planOf(fragment, pack)
    const asked = plan.config as unknown as Wanted & { readonly threads: number }
    const threads = asked.threads === 0 ? availableParallelism() : asked.threads
    const { options, device } = computeFor(asked, threads)
    const { keep: _, ...compile } = options
    const looked = bitmap && (await plan.look?.(bitmap))
    const cost = looked?.cost ?? plan.cost(side)
    const available = availableMemory()
    const speed = await measureSpeed(compile)
    return {
      method,
      plan,
      pack: pack.pack.name,
      input: { path: input, width: side.width, height: side.height },
      result: plan.resultSide?.(side) ?? { width: side.width, height: side.height },
      notes: [...settled.notes, ...(looked?.notes ?? [])],
      device,
      threads,
      speed,
      phases: cost.map((phase) => ({ ...phase, seconds: computingSeconds([phase], speed) })),
      seconds: secondsOf(cost, speed),
      bytes: bytesOf(cost),
      available,
    }
  } finally {
    pack.close()
  }
}

// The loop: stages of steps, each stage with a fresh sibling and a fresh optimizer (Luo et al. 2021, section 4.4), as one
// function with one observer.

import { Optimization } from './optimization.ts'
import type { Optimized, OptimizeObserver, OptimizeOptions } from './options.ts'

export async function optimize(
  options: OptimizeOptions,
  observer: OptimizeObserver = {},
  signal?: AbortSignal,
): Promise<Optimized> {
  const run = await Optimization.prepare(options, observer)
  try {
    return await run.loop(observer, signal)
  } finally {
    await run.dispose()
  }
}

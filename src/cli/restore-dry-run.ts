/** `rephoto restore --dry-run`: what would be done to a photograph, how long it takes here and in how much memory. */
import { basename } from 'node:path'
import type { Fragment } from '../config/load.ts'
import { duration } from '../report/duration.ts'
import { print } from './print.ts'

const WORDS = { encode: 'encoding', map: 'mapping', attend: 'filling in by attention', decode: 'decoding' } as const

/** Prints it. */
export async function printRestoreDryRun(config: Fragment): Promise<void> {
  const { estimate } = await import('../methods/restore/estimate.ts')
  const { photograph, damage, parts, seconds, bytes, free, advice } = await estimate(config)
  const { width, height } = photograph
  print(`${basename(String(config.input))}: ${width}×${height} (${((width * height) / 1e6).toFixed(1)} megapixels)`)
  print(`  damage: ${damage}`)
  for (const { part, flops, seconds: some } of parts)
    print(`  ${WORDS[part].padEnd(24)} ${(flops / 1e12).toFixed(2).padStart(9)} TFLOP  about ${duration(some)}`)
  const words = (n: number) => `${(n / 1e9).toFixed(1)} GB`
  print(`  together about ${duration(seconds)}, in ${words(bytes)} of memory (${words(free)} free)`)
  for (const line of advice) print(`  ${line}`)
}

/** `--dry-run` of commands that make a run: what it would be, and what it would take. */
import type { Argv } from 'yargs'
import type { Fragment } from '../config/load.ts'
import { inWords } from '../engine/memory.ts'
import type { Side } from '../images/bitmap.ts'
import { duration } from '../report/duration.ts'
import { print, say, shownPath } from './print.ts'

/** The option, for a command that makes a run. */
export function withDryRun<T>(yargs: Argv<T>): Argv<T & { 'dry-run': boolean | undefined }> {
  return yargs.option('dry-run', {
    type: 'boolean',
    describe: 'Only say what the run would be, and how long and how much memory it would take',
  })
}

/**
 * Prints it to stdout.
 *
 * @param handedOn sides of an input that a run before this one makes
 * @returns sides of the result
 */
export async function printPreview(config: Fragment, handedOn?: Side): Promise<Side> {
  const { previewRun } = await import('../methods/preview.ts')
  const preview = await previewRun(config, handedOn)
  const { method, plan, input, device, threads, speed, phases } = preview
  for (const note of preview.notes) say(note)
  print(`${method.name}: ${handedOn ? input.path : shownPath(input.path)}, ${input.width}×${input.height}`)
  if (plan.sources.length > 0) print(`with ${plan.sources.map(shownPath).join(', ')}`)
  const roles = plan.roles.length > 0 ? ` (${plan.roles.join(', ')})` : ''
  print(
    `pack ${preview.pack}${roles}, on ${device} with ${threads} thread${threads === 1 ? '' : 's'}, seed ${plan.config.seed}`,
  )
  for (const { name, runs, flops, held, seconds } of phases)
    print(
      `${name}: ${runs} × ${(flops / 1e9).toFixed(1)} GFLOP, about ${duration(seconds / Math.max(1, runs))} each, ${inWords(held)}`,
    )
  print(
    `about ${duration(preview.seconds)} at the ${(speed.flops / 1e9).toFixed(0)} GFLOP/s that this machine reaches now`,
  )
  const short = preview.bytes > preview.available ? ': too little' : ''
  print(`about ${inWords(preview.bytes)} of memory; ${inWords(preview.available)} are there${short}`)
  if (!handedOn) say('nothing was written; the same without --dry-run makes the run')
  return preview.result
}

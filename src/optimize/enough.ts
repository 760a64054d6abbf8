/** When a stage has had enough: its loss no longer falls. */
import { z } from 'zod'

/** What a config says of it. */
export const enoughSchema = z
  .strictObject({
    gain: z
      .number()
      .min(0)
      .lt(1)
      .describe(
        'A stage ends early once its mean loss over `window` steps is less than this share below that of the window before; 0: never. 0.01 asks for a hundredth.',
      ),
    window: z
      .int()
      .min(1)
      .max(100_000)
      .describe(
        'Steps over which the loss is averaged: it jumps with what is drawn for each step. A stage takes two windows at least.',
      ),
  })
  .describe(
    'Stages that end when nothing is gained. Steps at which rates rise or fall, or noise on the latent fades, are not judged; a fall of the rates at the end is walked whole, and sooner.',
  )

/** Ends nothing. */
export const neverEnough: Enough = { gain: 0, window: 20 }

export type Enough = Readonly<z.infer<typeof enoughSchema>>

/** @param losses one a step, the latest last; only the last two windows count */
export function hasEnough(losses: readonly number[], { gain, window }: Enough): boolean {
  if (gain === 0 || losses.length < 2 * window) return false
  const [before, now] = [losses.slice(-2 * window, -window), losses.slice(-window)].map(mean) as [number, number]
  return before - now < gain * Math.abs(before)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0) / numbers.length
}

/** A few of the hostile uses of test/fuzz/commands.ts every day; FUZZ_COMMANDS=300 tries as many. */
import { expect, it } from 'vitest'
import { kinds, tryKind } from './commands.ts'

const names = Object.keys(kinds)
const count = Number(process.env.FUZZ_COMMANDS ?? 6)
// Another part of the kinds on every day of the month, the same all day long.
const first = new Date().getUTCDate() * count

it.each(Array.from({ length: count }, (_, i) => [names[(first + i) % names.length]!, first + i] as const))(
  '%s (seed %i) ends in order, and shows nothing that a terminal obeys',
  async (kind, seed) => {
    const { faults, args, output, seconds, mib } = await tryKind(kind, seed)
    // A busy machine is slow; time and memory are judged by the script.
    const judged = faults.filter((fault) => !fault.startsWith('took'))
    expect(judged, JSON.stringify({ args, output, seconds, mib })).toEqual([])
  },
)

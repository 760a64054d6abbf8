/** The peak memory of a process that makes several runs: each run's manifest is to have its own. */
import { writeFileSync } from 'node:fs'

/** Begins to count anew. Only Linux can; elsewhere a run's peak is that of its process so far. */
export function forgetPeakMemory(): void {
  if (process.platform !== 'linux') return
  try {
    // proc(5): 5 sets the peak of the resident memory to what is resident now.
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // A container may keep that file closed; a peak that is too high harms no result.
  }
}

/** The comparison of a sweep's runs. */
import type { SweepIndex } from './folder.ts'

/**
 * Writes the comparison into the folder of a sweep.
 * @returns the page
 */
export async function compareSweep(_folder: string, _index: SweepIndex): Promise<string | undefined> {
  return undefined
}

/** Which networks the losses of a run looked through. */
import type { ResolvedConfig } from '../config/index.ts'
import { networksOfLosses } from '../methods/rephotograph/losses.ts'

/** Networks that terms with a weight above 0 use; none for the config of another version whose losses can't be read. */
export function lossNetworks({ losses }: ResolvedConfig): string[] {
  try {
    return [...networksOfLosses(losses)]
  } catch {
    return []
  }
}

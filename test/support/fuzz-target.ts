// What a fuzzed file goes through: opened, its networks recognised, its tensors read. Anything but success or a refusal
// of our own, in one line and with its offset, is a finding.

import { memorySource } from '../../src/checkpoint/bytes.ts'
import { CheckpointError } from '../../src/checkpoint/errors.ts'
import { defaultLimits, type Limits } from '../../src/checkpoint/limits.ts'
import { readCheckpoint } from '../../src/checkpoint/open.ts'
import { ModelError } from '../../src/models/errors.ts'
import { findNetworks } from '../../src/models/recognise/find.ts'

/** Smaller than the program's where a limit is about memory, so that a leak shows at once. */
export const fuzzLimits: Limits = { ...defaultLimits, expanded: 1 << 16, inflated: 1 << 20, inflatedTotal: 1 << 22 }

export type Outcome = 'read' | 'recognised' | 'refused'

/** Runs one input; throws what must not happen. */
export function fuzzOnce(content: Uint8Array): Outcome {
  let outcome: Outcome = 'read'
  try {
    const file = readCheckpoint(memorySource(content, 'fuzz'), fuzzLimits)
    let numbers = 0
    for (const key of file.keys().slice(0, 50)) {
      const data = file.read(key)
      numbers += data.length
      // Expanded views may repeat numbers up to the limit; everything else is bounded by the bytes that are there.
      if (data.length > Math.max(content.length, fuzzLimits.expanded)) throw new Error(`${key}: ${data.length} numbers`)
      if (numbers > 1 << 20) break
    }
    file.verify()
    try {
      findNetworks(file)
      outcome = 'recognised'
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      checkMessage(error.message)
    }
    return outcome
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    checkMessage(error.message)
    if (typeof error.offset !== 'number' || !(error.offset >= 0)) throw new Error(`no offset: ${error.message}`)
    return 'refused'
  }
}

/** Milliseconds of processor time: on a busy machine an input may wait for its turn, which is not its fault. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function checkMessage(message: string): void {
  if (/\p{Cc}/u.test(message) || message.length > 1500) throw new Error(`not one line: ${JSON.stringify(message)}`)
}

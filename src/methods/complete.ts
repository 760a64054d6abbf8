/** A config completed as a run would complete it, without a run. */

import type { Fragment } from '../config/load.ts'
import type { JsonObject } from '../config/merge.ts'
import { loadPack } from '../models/load.ts'
import { methodOf } from './methods.ts'

/** What a config comes to. */
export interface CompleteConfig {
  /** A config file that says everything; what is left to the picture still says 'auto'. */
  readonly document: JsonObject
  /** What the pack prescribes of it. */
  readonly ofPack: JsonObject
  readonly pack: string
}

/** @throws ConfigError, or ModelError for what the pack lacks */
export async function completeConfig(fragment: Fragment): Promise<CompleteConfig> {
  const { plan } = await methodOf(fragment).load()
  const pack = loadPack(typeof fragment.pack === 'string' ? fragment.pack : 'compact')
  try {
    const { document } = plan(fragment, pack)
    return { document, ofPack: (pack.pack.settings ?? {}) as JsonObject, pack: pack.pack.name }
  } finally {
    pack.close()
  }
}

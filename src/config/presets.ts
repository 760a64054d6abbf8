// The presets that come with the package, as files.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where they are. */
export const presetsFolder = fileURLToPath(new URL('../../configs/', import.meta.url))

/** Names of the presets. */
export function presetNames(): string[] {
  return readdirSync(presetsFolder).flatMap((name) =>
    name.endsWith('.json5') ? [name.slice(0, -'.json5'.length)] : [],
  )
}

#!/usr/bin/env node
// A clone runs its TypeScript sources (through tsx, so that no build step can be stale); a published package has no src and runs dist.
import { existsSync } from 'node:fs'

if (existsSync(new URL('../src/cli/main.ts', import.meta.url))) {
  const { register } = await import('tsx/esm/api')
  register()
  await import('../src/cli/main.ts')
} else {
  await import('../dist/cli/main.js')
}

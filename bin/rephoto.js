#!/usr/bin/env node
// A clone runs its TypeScript sources (through tsx, so that no build step can be stale); a published package has no src and runs dist.
import { existsSync } from 'node:fs'

if (!hasCurrentFolder()) {
  // Before anything is loaded: most of it asks for the current folder at once.
  process.stderr.write(
    'rephoto: the current folder: expected one that is there, found that it was deleted; go to another\n',
  )
  process.exitCode = 1
} else if (existsSync(new URL('../src/cli/main.ts', import.meta.url))) {
  const { register } = await import('tsx/esm/api')
  register()
  await import('../src/cli/main.ts')
} else {
  await import('../dist/cli/main.js')
}

function hasCurrentFolder() {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

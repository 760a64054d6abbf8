#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { economize } from './address-space.js'
import { start } from './start.js'

if (!hasCurrentFolder()) {
  // Before anything is loaded: most of it asks for the current folder at once.
  process.stderr.write(
    'rephoto: the current folder: expected one that is there, found that it was deleted; go to another\n',
  )
  process.exitCode = 1
} else if (!economize(fileURLToPath(import.meta.url))) await start('cli/main')

function hasCurrentFolder() {
  try {
    return process.cwd() !== ''
  } catch {
    return false
  }
}

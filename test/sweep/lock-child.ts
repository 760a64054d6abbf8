// Tries to lock a sweep folder when told to, says how it went, and lives on until it is killed: node --import tsx
// test/sweep/lock-child.ts FOLDER GO TOLD. It begins when the file GO appears, and writes "got" or the error into TOLD.

import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { lockSweep } from '../../src/sweep/lock.ts'

const [folder, go, told] = process.argv.slice(2) as [string, string, string]
process.stdout.write('ready')
const poll = setInterval(() => {
  if (!existsSync(go)) return
  clearInterval(poll)
  let answer = 'got'
  try {
    lockSweep(folder)
  } catch (error) {
    answer = String(error)
  }
  writeFileSync(`${told}.tmp`, answer)
  renameSync(`${told}.tmp`, told)
  setInterval(() => {}, 1000)
}, 5)

/** What to do when nobody can be told any more: a reader that went away, a full disk behind `> file`. */
import { say } from './print.ts'

/** From now on, a stdout that takes nothing makes the command fail with one line; a reader that went away is no failure. */
export function watchOutput(): void {
  let failed = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // `rephoto … | head` has all it wanted.
    if (error.code === 'EPIPE' || failed) return
    failed = true
    const found = error.code === 'ENOSPC' ? 'a full disk' : 'that nothing can be written there'
    say(`rephoto: standard output: expected to write the result, found ${found} (${error.code}); what was made is kept`)
  })
  // Nobody is left to tell; the exit code still says it.
  process.stderr.on('error', () => {
    failed = true
  })
  process.on('exit', (code) => {
    if (failed && code === 0) process.exitCode = 1
  })
}

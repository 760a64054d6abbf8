// Stands for `rephoto sweep-run FOLDER` in tests: what it does about a run is in the run's name.
//   talk-N       writes N numbered lines to each stream, half of them from a process of its own, as native code would
//   grow-N       says that it holds N MiB afterwards
//   fail         an ordinary failure
//   kill, crash  ends by SIGKILL, or with code 7 before any outcome
//   quit         makes the run, and ends a moment later while nobody asks anything of it

import { execFileSync } from 'node:child_process'
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { blockOutput } from '../../src/sweep/blocking-output.ts'
import type { WorkerOrder } from '../../src/sweep/worker-messages.ts'

const folder = process.argv[2]!
blockOutput()
process.stderr.write('warning at the start\n')
process.on('disconnect', () => process.stderr.write('the end\n'))
process.on('message', (order: WorkerOrder) => {
  if (order.type !== 'make') return
  const { name, mark } = order
  const [kind, number = '0'] = name.split('-')
  process.send!({ type: 'began' })
  if (kind === 'kill') process.kill(process.pid, 'SIGKILL')
  if (kind === 'crash') process.exit(7)
  if (kind === 'talk') talk(name, Number(number))
  const status = kind === 'fail' ? 'failed' : 'complete'
  const outcome = { hash: 'h', status, ...(kind === 'fail' ? { error: 'it failed' } : {}), pid: process.pid }
  writeFileSync(join(folder, 'outcomes', `${name}.json`), JSON.stringify(outcome))
  process.stdout.write(mark)
  process.stderr.write(mark)
  process.send!({ type: 'ended', residentMiB: kind === 'grow' ? Number(number) : 100 })
  if (kind === 'quit') setTimeout(() => process.exit(0), 50)
})

function talk(name: string, count: number): void {
  for (let i = 0; i < count / 2; i++) for (const stream of [1, 2]) writeSync(stream, `${name}: ${i}\n`)
  const say = `echo "${name}: $i"; echo "${name}: $i" >&2`
  const script = `i=${count / 2}; while [ $i -lt ${count} ]; do ${say}; i=$((i+1)); done`
  execFileSync('/bin/sh', ['-c', script], { stdio: ['ignore', 'inherit', 'inherit'] })
}

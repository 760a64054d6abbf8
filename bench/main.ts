// `npm run bench`: how long a step takes and how near that is to what the machine can do with the step's own
// convolutions and matrix products, all in one run, since seconds differ from machine to machine and from hour to hour.
//   npm run bench -- [--only compact,512,1024] [--steps 6] [--threads 0] [--out file.json]

import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { machine, versions } from '../src/run/environment.ts'
import { writeText } from '../src/run/folder.ts'
import type { Measurement } from './measure.ts'
import { workloads } from './workloads.ts'

const args = await yargs(hideBin(process.argv))
  .scriptName('npm run bench --')
  .option('only', { type: 'string', default: Object.keys(workloads).join(','), describe: 'Workloads, by comma' })
  .option('steps', { type: 'number', default: 6, describe: 'Steps of each; the first is not counted' })
  .option('threads', { type: 'number', default: 0, describe: '0: as many as there are cores' })
  .option('out', { type: 'string', describe: 'Also write the numbers to this JSON file' })
  .strict()
  .parse()

const measurements: Measurement[] = []
console.log('workload            step      GFLOP   GFLOP/s   peak     alone     share  compile')
for (const name of args.only.split(',')) {
  const script = fileURLToPath(new URL('measure.ts', import.meta.url))
  const line = execFileSync(
    process.execPath,
    ['--import', 'tsx', script, name, String(args.steps), String(args.threads)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('..', import.meta.url)) },
  )
  const m = JSON.parse(line.trim().split('\n').at(-1)!) as Measurement
  measurements.push(m)
  console.log(
    [
      m.workload.padEnd(18),
      `${m.stepMilliseconds.toFixed(0)} ms`.padStart(8),
      m.gflopPerStep.toFixed(1).padStart(8),
      m.gflopPerSecond.toFixed(0).padStart(8),
      `${m.peakGigabytes.toFixed(1)} GB`.padStart(9),
      `${m.calibratedMilliseconds.toFixed(0)} ms`.padStart(9),
      `${(100 * m.share).toFixed(0)} %`.padStart(6),
      `${m.compileSeconds.toFixed(1)} s`.padStart(8),
    ].join(' '),
  )
}
console.log('alone: the step’s convolutions and matrix products, each measured by itself; share: alone / step')
if (args.out !== undefined) {
  const record = { date: new Date().toISOString(), machine: machine(), versions: versions(), measurements }
  writeText(args.out, `${JSON.stringify(record, null, 2)}\n`)
}

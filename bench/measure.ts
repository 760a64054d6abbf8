// One workload in one process, so that its peak memory is its own: prints a line of JSON.
//   node --import tsx bench/measure.ts <workload> <steps> <threads>

import { objectiveOf } from '../src/optimize/objective-of.ts'
import { optimize } from '../src/optimize/optimize.ts'
import { stepProgram } from '../src/optimize/step.ts'
import { calibrate } from './calibrate.ts'
import { workloads } from './workloads.ts'

export interface Measurement {
  workload: string
  threads: number
  /** From the networks to a step that can run: building, differentiating, loading. */
  compileSeconds: number
  /** Median of the steps after the first. */
  stepMilliseconds: number
  slowestMilliseconds: number
  gflopPerStep: number
  gflopPerSecond: number
  peakGigabytes: number
  /** The same convolutions and matrix products, each alone. */
  calibratedMilliseconds: number
  calibratedGflopPerSecond: number
  /** Calibrated time over the step's: 1 would mean that nothing else costs anything. */
  share: number
}

const [name = 'compact', steps = '6', threads = '0'] = process.argv.slice(2)
const make = workloads[name]
if (!make) throw new Error(`no workload "${name}" (there are: ${Object.keys(workloads).join(', ')})`)
const workload = make()
const compile = { threads: Number(threads) }
const options = {
  ...workload.options,
  compile,
  optimize: { ...workload.options.optimize, steps: [Number(steps)] },
}
const times: number[] = []
let compileSeconds = 0
await optimize(options, {
  onCompiled: ({ milliseconds }) => {
    compileSeconds = milliseconds / 1000
  },
  onStep: ({ milliseconds }) => void times.push(milliseconds),
})
const peakGigabytes = process.resourceUsage().maxRSS / 1e6
const warm = times.slice(1).sort((a, b) => a - b)
const stepMilliseconds = warm[Math.floor(warm.length / 2)]!
const program = stepProgram(objectiveOf(options), options.optimize)
const { milliseconds: calibratedMilliseconds, flops } = await calibrate(program, compile.threads)
const measurement: Measurement = {
  workload: workload.name,
  threads: compile.threads,
  compileSeconds,
  stepMilliseconds,
  slowestMilliseconds: warm[warm.length - 1]!,
  gflopPerStep: flops / 1e9,
  gflopPerSecond: flops / 1e6 / stepMilliseconds,
  peakGigabytes,
  calibratedMilliseconds,
  calibratedGflopPerSecond: flops / 1e6 / calibratedMilliseconds,
  share: calibratedMilliseconds / stepMilliseconds,
}
console.log(JSON.stringify(measurement))

// A pass of one forward network in one process, so that its peak memory is its own: prints a line of JSON, as measure.ts does.
//   node --import tsx bench/measure-forward.ts '{"workload": "rrdb-23", "steps": 4, "threads": 0, "engine": "onnxruntime", "device": "cpu"}'

import { Executable } from '../src/engine/executable.ts'
import { calibrate } from './calibrate.ts'
import { forwardWorkloads } from './forward-workloads.ts'
import type { Measurement, MeasureRequest } from './measure.ts'
import { peakBytes } from './peak.ts'

const request = JSON.parse(process.argv[2] ?? '{}') as MeasureRequest
const workload = forwardWorkloads[request.workload]
if (!workload)
  throw new Error(`no workload "${request.workload}" (there are: ${Object.keys(forwardWorkloads).join(', ')})`)
const { threads, engine, device } = request
const steps = Math.min(request.steps, workload.mostSteps ?? request.steps)
const { program, feeds, fixed = {} } = workload.make()
const started = performance.now()
const compile = { threads, engine, device }
const executable = await Executable.compile(program, compile)
const compileSeconds = (performance.now() - started) / 1000
for (const [name, numbers] of Object.entries(fixed)) await executable.writeState(name, numbers)
const times: number[] = []
for (let i = 0; i < steps; i++) {
  const begin = performance.now()
  await executable.run(feeds)
  times.push(performance.now() - begin)
}
const { flops } = executable
await executable.dispose()
const peakGigabytes = peakBytes() / 1e9
const warm = times.slice(1).sort((a, b) => a - b)
const stepMilliseconds = warm[Math.floor(warm.length / 2)]!
const { milliseconds, nodes } = await calibrate(program, compile)
const measurement: Measurement = {
  ...request,
  title: workload.name,
  compileSeconds,
  stepMilliseconds,
  fastestMilliseconds: warm[0]!,
  slowestMilliseconds: warm.at(-1)!,
  gflopPerStep: flops / 1e9,
  nodes,
  gflopPerSecond: flops / 1e6 / stepMilliseconds,
  peakGigabytes,
  ...(milliseconds !== undefined && {
    calibratedMilliseconds: milliseconds,
    calibratedGflopPerSecond: flops / 1e6 / milliseconds,
    share: milliseconds / stepMilliseconds,
  }),
}
console.log(JSON.stringify(measurement))

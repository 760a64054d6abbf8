// One workload in one process, so that its peak memory is its own: prints a line of JSON.
//   node --import tsx bench/measure.ts '{"workload": "512", "steps": 6, "threads": 0, "engine": "onnxruntime", "device": "cpu"}'

import type { CompileOptions, Device, Engine } from '../src/engine/executable.ts'
import { calibrate } from './calibrate.ts'
import { peakBytes } from './peak.ts'
import { workloads } from './workloads.ts'

export interface MeasureRequest {
  workload: string
  steps: number
  threads: number
  engine: Engine
  device: Device
}

export interface Measurement extends MeasureRequest {
  /** What the workload calls itself. */
  title: string
  /** From the networks to a step that can run: building, differentiating, loading. */
  compileSeconds: number
  /** Median of the steps after the first. */
  stepMilliseconds: number
  fastestMilliseconds: number
  slowestMilliseconds: number
  gflopPerStep: number
  /** Of the step's graph, without what is constant or only renames: on a GPU each is at least one dispatch. */
  nodes: number
  gflopPerSecond: number
  peakGigabytes: number
  /** What is minimised, before the first step. */
  /** Of what minimises one. */
  firstLoss?: number
  /** The same convolutions and matrix products, each alone; absent where the engine cannot be asked for single ones. */
  calibratedMilliseconds?: number
  calibratedGflopPerSecond?: number
  /** Calibrated time over the step's: 1 would mean that nothing else costs anything. */
  share?: number
}

const request = JSON.parse(process.argv[2] ?? '{}') as MeasureRequest
const make = workloads[request.workload]
if (!make) throw new Error(`no workload "${request.workload}" (there are: ${Object.keys(workloads).join(', ')})`)
if (request.steps < 2)
  throw new Error(`expected at least 2 steps, for the first is not counted, found ${request.steps}`)
const workload = make()
const compile: CompileOptions = { threads: request.threads, engine: request.engine, device: request.device }
const times: number[] = []
let compileSeconds = 0
let firstLoss: number | undefined
await workload.walk(request.steps, compile, {
  onCompiled: ({ milliseconds }) => {
    compileSeconds = milliseconds / 1000
  },
  onStep: ({ milliseconds, total }) => {
    firstLoss ??= total
    times.push(milliseconds)
  },
})
const peakGigabytes = peakBytes() / 1e9
const warm = times.slice(1).sort((a, b) => a - b)
const stepMilliseconds = warm[Math.floor(warm.length / 2)]!
const { milliseconds, flops, nodes } = await calibrate(workload.program, compile)
const measurement: Measurement = {
  ...request,
  title: workload.name,
  compileSeconds,
  stepMilliseconds,
  fastestMilliseconds: warm[0]!,
  slowestMilliseconds: warm[warm.length - 1]!,
  gflopPerStep: flops / 1e9,
  nodes,
  gflopPerSecond: flops / 1e6 / stepMilliseconds,
  peakGigabytes,
  ...(firstLoss === undefined ? {} : { firstLoss }),
  ...(milliseconds !== undefined && {
    calibratedMilliseconds: milliseconds,
    calibratedGflopPerSecond: flops / 1e6 / milliseconds,
    share: milliseconds / stepMilliseconds,
  }),
}
console.log(JSON.stringify(measurement))

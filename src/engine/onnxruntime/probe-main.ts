// The process that tries a device: `node bin/part.js engine/onnxruntime/probe-main webgpu`.

import { type Device, devices } from '../contract.ts'
import { DeviceError } from '../values.ts'
import { probe } from './probe.ts'

const name = process.argv.at(-1) as Device
if (!devices.includes(name)) throw new Error(`expected one of ${devices.join(', ')}, found ${name}`)
try {
  await probe(name)
} catch (error) {
  process.stdout.write(`${error instanceof DeviceError ? error.reason : String(error)}\n`)
  process.exitCode = 1
}

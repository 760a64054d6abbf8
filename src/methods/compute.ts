/** Where and with what a run computes, as its config asks for it and this machine has it. */

import { chooseDevice } from '../engine/choose.ts'
import type { CompileOptions, Device, Engine } from '../engine/executable.ts'
import { tensorflowPackage } from '../engine/tfjs/installed.ts'
import { EngineError } from '../engine/values.ts'
import { optimizedFolder } from '../models/places.ts'

/** What networks are compiled for, and how to call it. */
export interface Compute {
  readonly options: CompileOptions
  /** For people and the manifest: "cpu", "webgpu", "@tensorflow/tfjs-node". */
  readonly device: string
  /** Why this one. */
  readonly reason: string
}

/** What a config says of it. */
export interface Wanted {
  readonly device: 'auto' | Device
  readonly engine: Engine
}

/** @throws EngineError when a device or engine that the config names is not there, with what to install */
export function computeFor({ device, engine }: Wanted, threads: number): Compute {
  if (engine === 'onnxruntime') {
    const choice = chooseDevice(device)
    return { options: { threads, device: choice.device, keep: optimizedFolder() }, ...choice }
  }
  if (device !== 'auto')
    throw new EngineError(
      `device "${device}" was asked for, but the engine tfjs computes where its package does; leave the device at "auto"`,
    )
  return { options: { engine }, device: tensorflowPackage(), reason: 'the best of its packages here' }
}

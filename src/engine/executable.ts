// From a program to whatever executes it: the one place that knows which engine and device that is.

import type { Tensor } from '../graph/tensor.ts'
import type { CompileOptions, Executable as Contract, Program } from './contract.ts'
import type { Feeds } from './values.ts'

export { type CompileOptions, type Device, devices, type Engine, engines, type Program } from './contract.ts'
export type Executable = Contract

export const Executable = {
  /** @throws EngineError when the engine or device is not there, with what to install */
  async compile(program: Program, options: CompileOptions = {}): Promise<Executable> {
    if (options.engine === 'tfjs') {
      const { TfjsExecutable } = await import('./tfjs/executable.ts')
      return TfjsExecutable.create(program)
    }
    if (options.device === 'webgpu') {
      const { ResidentExecutable } = await import('./onnxruntime/resident.ts')
      return ResidentExecutable.create(program, options)
    }
    const { HostExecutable } = await import('./onnxruntime/host.ts')
    return HostExecutable.create(program, options)
  },
}

/** Compiles, runs once and frees: for networks that are only used forward and once. */
export async function runOnce(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds = {},
  options: CompileOptions = {},
): Promise<Record<string, Float32Array>> {
  const executable = await Executable.compile({ outputs }, options)
  try {
    return await executable.run(feeds)
  } finally {
    await executable.dispose()
  }
}

// What tests compute on: the CPU, the device that DEVICE names, or the other engine (DEVICE=tfjs). WebGPU needs no GPU here: Debian's chromium package
// brings SwiftShader, a Vulkan driver in software, and VK_DRIVER_FILES points the loader at it.

import { existsSync } from 'node:fs'
import { beforeEach } from 'vitest'
import { type CompileOptions, type Device, devices, runOnce as runOn } from '../../src/engine/executable.ts'
import { missingFor } from '../../src/engine/onnxruntime/requirements.ts'
import type { Feeds } from '../../src/engine/values.ts'
import type { Tensor } from '../../src/graph/tensor.ts'

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'

/** Why WebGPU cannot be tested here; undefined when it can. Points the Vulkan loader at SwiftShader unless told otherwise. */
export function noWebGpu(): string | undefined {
  if (process.platform === 'linux' && process.env.VK_DRIVER_FILES === undefined) {
    if (!existsSync(driver)) return 'no Vulkan driver to test with: apt install chromium, or set VK_DRIVER_FILES'
    process.env.VK_DRIVER_FILES = driver
  }
  return missingFor('webgpu')
    .map(({ what, advice }) => `${what} is missing: ${advice}`)
    .at(0)
}

const named = process.env.DEVICE ?? 'cpu'
if (named === 'webgpu') {
  const reason = noWebGpu()
  // Of every test file that imports this.
  if (reason !== undefined) beforeEach((context) => context.skip(reason))
}

export const underTest: CompileOptions = named === 'tfjs' ? { engine: 'tfjs' } : { device: deviceOf(named) }

function deviceOf(name: string): Device {
  const found = devices.find((device) => device === name)
  if (!found) throw new Error(`DEVICE: expected one of ${[...devices, 'tfjs'].join(', ')}, found ${name}`)
  return found
}

/** `runOnce` of the engine, on the device under test. */
export function runOnce(
  outputs: Readonly<Record<string, Tensor>>,
  feeds: Feeds = {},
): Promise<Record<string, Float32Array>> {
  return runOn(outputs, feeds, underTest)
}

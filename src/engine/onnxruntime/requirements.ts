// What a device needs beyond ONNX Runtime itself, down to the package that installs it. These are looks at files, quick
// and harmless; whether a device really computes is found out by computing (probe.ts).

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import type { Device } from '../contract.ts'
import { DeviceError } from '../values.ts'
import { nameMountedDriver, namesIn, vulkanDrivers } from './vulkan-drivers.ts'

/** Something that is missing, and what brings it. */
export interface Missing {
  what: string
  advice: string
}

/** What keeps a device from being used, most basic first; empty where nothing is known to be missing. */
export function missingFor(device: Device): Missing[] {
  if (device === 'cpu') return []
  return device === 'webgpu' ? missingForWebGpu() : missingForCuda()
}

/** @throws DeviceError when something is known to be missing, with what installs it */
export function requireDevice(device: Device): void {
  const missing = missingFor(device).map(({ what, advice }) => `${what} is missing (${advice})`)
  if (missing.length > 0) throw new DeviceError(device, missing.join('; '), 'or use --device cpu')
}

function missingForWebGpu(): Missing[] {
  // Windows and macOS bring Direct3D 12 and Metal themselves.
  if (process.platform !== 'linux') return []
  const missing: Missing[] = []
  if (!hasLibrary('libvulkan.so.1'))
    missing.push({ what: 'the Vulkan loader (libvulkan.so.1)', advice: 'apt install libvulkan1' })
  nameMountedDriver()
  if (vulkanDrivers().length === 0)
    missing.push({
      what: 'a Vulkan driver',
      advice: 'apt install mesa-vulkan-drivers (AMD, Intel), or NVIDIA’s driver (apt install nvidia-driver)',
    })
  return missing
}

function missingForCuda(): Missing[] {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return [
      { what: 'CUDA for this platform in onnxruntime-node (only Linux on x64 has it)', advice: 'use --device webgpu' },
    ]
  const missing: Missing[] = []
  if (!hasLibrary('libcuda.so.1'))
    missing.push({ what: 'NVIDIA’s driver (libcuda.so.1)', advice: 'apt install nvidia-driver' })
  if (!existsSync(join(binaries(), 'libonnxruntime_providers_cuda.so')))
    missing.push({
      what: 'ONNX Runtime’s CUDA provider',
      advice: adviceForCudaProvider(),
    })
  if (!hasLibrary('libcudart.so.12') || !hasLibrary('libcudnn.so.9'))
    missing.push({
      what: 'the CUDA 12 runtime with cuDNN 9',
      advice: 'apt install cuda-toolkit-12 cudnn9-cuda-12 from NVIDIA’s repository',
    })
  return missing
}

/** Whether a graphics processor shows itself to this system; drivers in software don't count. */
export function hasGraphicsProcessor(): boolean {
  if (process.platform !== 'linux') return true
  return (
    ['/dev/nvidia0', '/dev/dxg'].some((path) => existsSync(path)) || namesIn('/dev/dri').some((n) => /^render/u.test(n))
  )
}

function hasLibrary(name: string): boolean {
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.some((folder) => existsSync(join(folder, name))) || knownLibraries().includes(`\t${name} `)
}

let libraries: string | undefined

/** What the dynamic linker knows. */
function knownLibraries(): string {
  libraries ??= ['/sbin/ldconfig', '/usr/sbin/ldconfig', 'ldconfig']
    .map((command) => {
      try {
        return execFileSync(command, ['-p'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      } catch {
        return ''
      }
    })
    .join('\n')
  return libraries
}

/** Where onnxruntime-node lies: among a clone's packages, or in the published package itself. */
function library(): string {
  const { resolve } = createRequire(import.meta.url)
  return join(dirname(resolve('onnxruntime-node')), '..')
}

/** Where it keeps its libraries. */
function binaries(): string {
  return join(library(), `bin/napi-v6/${process.platform}/${process.arch}`)
}

/** Its own script fetches them; the copy in the published package has none. */
function adviceForCudaProvider(): string {
  const script = join(library(), 'script/install.js')
  if (existsSync(script)) return `ONNXRUNTIME_NODE_INSTALL=cuda12 node ${script}`
  const { version } = JSON.parse(readFileSync(join(library(), 'package.json'), 'utf8')) as { version: string }
  return `npm install onnxruntime-node@${version} elsewhere, and copy its libonnxruntime_providers_*.so to ${binaries()}`
}

// Where Linux describes its Vulkan drivers. The loader looks in the system's places; container runtimes mount NVIDIA's description beside its
// libraries, where nobody looks, and WebGPU then finds no adapter on a machine that has one.

import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** NVIDIA's, as container runtimes mount it. */
const mounted = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json'

/** Names in a folder; none where it can't be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

type Environment = Record<string, string | undefined>

/** Files that describe the installed Vulkan drivers: those that the environment names, or those where the loader looks. */
export function vulkanDrivers(environment: Environment = process.env): string[] {
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, XDG_DATA_HOME } = environment
  const named = VK_DRIVER_FILES ?? VK_ICD_FILENAMES
  if (named !== undefined) return named.split(delimiter).filter((path) => existsSync(path))
  const data = XDG_DATA_HOME ?? join(homedir(), '.local/share')
  return ['/etc', '/usr/share', '/usr/local/share', '/usr/local/etc', data].flatMap((place) => {
    const folder = join(place, 'vulkan/icd.d')
    return namesIn(folder).map((name) => join(folder, name))
  })
}

/** Names the mounted driver to the loader where nothing else is named or found; before the library is loaded, which reads it then. */
export function nameMountedDriver(environment: Environment = process.env, path = mounted): void {
  const silent = environment.VK_DRIVER_FILES === undefined && environment.VK_ICD_FILENAMES === undefined
  if (silent && existsSync(path) && vulkanDrivers(environment).length === 0) environment.VK_DRIVER_FILES = path
}

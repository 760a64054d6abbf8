import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nameMountedDriver, vulkanDrivers } from '../../src/engine/onnxruntime/vulkan-drivers.ts'
import { temporaryFolder } from '../support/checkpoints.ts'

test('a driver that a container runtime mounts is named where nothing else is, and never over what is named', () => {
  const folder = temporaryFolder('drivers')
  const path = join(folder, 'nvidia_icd.json')
  writeFileSync(path, '{}')

  const silent: Record<string, string | undefined> = { XDG_DATA_HOME: folder }
  const before = vulkanDrivers(silent)
  nameMountedDriver(silent, path)
  expect(silent.VK_DRIVER_FILES).toBe(before.length === 0 ? path : undefined)
  expect(vulkanDrivers(silent)).toEqual(before.length === 0 ? [path] : before)

  const named = { VK_DRIVER_FILES: '/elsewhere.json' }
  nameMountedDriver(named, path)
  expect(named.VK_DRIVER_FILES).toBe('/elsewhere.json')

  const missing: Record<string, string | undefined> = { XDG_DATA_HOME: folder }
  nameMountedDriver(missing, join(folder, 'nothing.json'))
  expect(missing.VK_DRIVER_FILES).toBeUndefined()
})

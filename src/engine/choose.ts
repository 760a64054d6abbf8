// Which device a run computes on. 'auto' takes the quickest that proves to work and says why; a device that was asked for
// by name is taken or refused, never replaced.

import type { Device } from './contract.ts'
import { probeApart } from './onnxruntime/probe.ts'
import { hasGraphicsProcessor, missingFor, requireDevice } from './onnxruntime/requirements.ts'

export interface Choice {
  device: Device
  /** Why, for people. */
  reason: string
}

/**
 * @param wanted 'auto' or a device
 * @throws DeviceError when the device lacks something that is known, with what installs it
 */
export function chooseDevice(wanted: Device | 'auto'): Choice {
  if (wanted !== 'auto') {
    requireDevice(wanted)
    return { device: wanted, reason: 'as asked for' }
  }
  if (!hasGraphicsProcessor()) return { device: 'cpu', reason: 'no graphics processor was found' }
  const reasons: string[] = []
  for (const device of ['cuda', 'webgpu'] as const) {
    const missing = missingFor(device)
    if (missing.length > 0) {
      // Most machines have no CUDA; that needs no mention where WebGPU is there.
      if (device === 'webgpu') reasons.push(`webgpu lacks ${missing.map(({ what }) => what).join(' and ')}`)
      continue
    }
    const { works, reason } = probeApart(device)
    if (works) return { device, reason: 'it was tried and computes' }
    reasons.push(`${device} was tried: ${reason}`)
  }
  return { device: 'cpu', reason: reasons.join('; ') || 'nothing else works' }
}

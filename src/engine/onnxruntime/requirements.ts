// What a device needs beyond ONNX Runtime itself, and whether it is there: for advice in errors and for the doctor.

import type { Device } from '../executable.ts'

/** What to do where a device cannot be used. */
export function adviceFor(device: Exclude<Device, 'cpu'>): string {
  return device === 'cuda'
    ? 'it needs an NVIDIA driver and the provider that onnxruntime-node installs (see docs/devices.md); or use --device cpu'
    : 'rephoto doctor says what is missing; or use --device cpu'
}

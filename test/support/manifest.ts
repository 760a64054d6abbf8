import type { Manifest } from '../../src/run/manifest.ts'

/** A manifest as a run of three stages writes it, with some of it otherwise. */
export function aManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    format: 'rephoto-run',
    formatVersion: 1,
    status: 'complete',
    created: '2026-01-02T03:04:05.000Z',
    versions: { rephoto: '0.1.0', node: 'v22.12.0', onnxruntime: '1.30.0' },
    git: null,
    machine: { platform: 'linux x64', cpu: 'A processor', cores: 2, memoryGiB: 16, host: 'somewhere' },
    process: { pid: 2 ** 22 + 1, host: 'somewhere' },
    input: { name: 'portrait.png', sha256: 'ab'.repeat(32), width: 900, height: 1200 },
    pack: { name: 'compact', size: 128, licences: [], files: [{ name: 'stylegan2', sha256: 'cd'.repeat(32) }] },
    seed: 0,
    device: 'cpu',
    threads: 1,
    stages: [{ coarse: 32, steps: 3 }],
    stepsDone: 3,
    stepsTotal: 3,
    timings: { align: 0.5, optimize: 3.25 },
    resumed: 0,
    warnings: [],
    ...changes,
  }
}

/**
 * A run folder made up of drawn pictures and curves that look like those of a run: what report tests work on, so that
 * they need neither weights nor minutes. Names and texts hold what a report must escape.
 */
import { mkdirSync } from 'node:fs'
import { type Bitmap, createBitmap } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { asConfigFile, resolveConfig } from '../../src/methods/rephotograph/resolve.ts'
import { runFile, writeText } from '../../src/run/folder.ts'
import { openLossLog } from '../../src/run/losses.ts'
import { type Manifest, type RunStatus, writeManifest } from '../../src/run/manifest.ts'

/** What to fabricate. */
export interface Fabricated {
  readonly status?: RunStatus
  readonly steps?: readonly [number, number]
  readonly side?: number
  readonly frames?: number
}

/** The name that every page must show and none may run. */
export const hostileName = `Grand'mère <img src=x onerror="document.title='run'"> & "Co" 1863.png`

/** Fills a folder like a run would. */
export async function fabricateRun(folder: string, options: Fabricated = {}): Promise<void> {
  const { status = 'complete', steps = [50, 100], side = 256, frames = 16 } = options
  const total = steps[0] + steps[1]
  const done = status === 'complete' ? total : Math.round(total * 0.6)
  const partial = status !== 'complete'
  mkdirSync(runFile.frames(folder), { recursive: true })

  const config = resolveConfig(
    { input: `/pictures/${hostileName}`, optimize: { steps: [...steps] }, losses: { eye: { side: 256 } } },
    {},
    side,
  )
  writeText(runFile.config(folder), JSON.stringify(asConfigFile(config, side), null, 2))
  writeManifest(folder, manifestOf(status, steps, done, side))

  const log = openLossLog(runFile.losses(folder), 0)
  for (let step = 1; step <= done; step++) log.append(lossesAt(step, steps[0]))
  log.close()

  await writePicture(runFile.picture(folder, 'aligned'), portrait(side, 'gray', 0.35))
  await writePicture(runFile.picture(folder, 'target'), portrait(side, 'gray', 0.2))
  await writePicture(runFile.picture(folder, 'sibling'), portrait(side, 'color', 0))
  await writePicture(runFile.picture(folder, 'degraded', partial), portrait(side, 'gray', 0.05))
  await writePicture(runFile.picture(folder, 'result', partial), portrait(side, 'color', 0.02))
  await writePicture(runFile.picture(folder, 'result-fresh', partial), portrait(side, 'color', 0.04))
  for (let frame = 0; frame <= frames; frame++) {
    const step = Math.round((done * frame) / frames)
    await writePicture(runFile.frame(folder, step), portrait(side, 'color', 0.3 * (1 - frame / frames)))
  }
}

function lossesAt(step: number, firstStage: number) {
  const stage = step > firstStage ? 1 : 0
  const fall = Math.exp(-step / 40)
  const wave = 1 + 0.06 * Math.sin(step * 12.9898)
  const term = (start: number, end: number, weight: number) => {
    const raw = (end + (start - end) * fall) * wave
    return { raw, weighted: raw * weight }
  }
  const terms = {
    face: term(1.4, 0.42, 1),
    eye: term(2.2, 0.9, 0.1),
    contextual: term(3.1, 2.2, 0.1),
    colorTransfer: term(2e-11, 4e-12, 1e10),
    noise: term(3e-7, 1e-7, 5e4),
  }
  const sum = Object.values(terms).reduce((all, { weighted }) => all + weighted, 0)
  const camera = {
    'response.gamma': 1 - 0.25 * (1 - fall),
    'response.offset': 0.06 * (1 - fall),
    'response.gain': 1 - 0.12 * (1 - fall),
  }
  return { step, stage, losses: { total: sum, terms }, camera }
}

function manifestOf(status: RunStatus, steps: readonly [number, number], done: number, side: number): Manifest {
  return {
    format: 'rephoto-run',
    formatVersion: 1,
    status,
    ...(status === 'failed' ? { error: 'loss "contextual" is not a number at step 90' } : {}),
    created: '2026-01-02T03:04:05.000Z',
    ...(status === 'running' ? {} : { finished: '2026-01-02T03:06:12.000Z' }),
    versions: { rephoto: '0.1.0', node: 'v20.0.0', onnxruntime: '1.30.0' },
    git: { commit: '0123456789abcdef0123456789abcdef01234567', changed: true },
    machine: { platform: 'linux x64', cpu: 'A processor', cores: 2, memoryGiB: 16, host: 'somewhere' },
    process: { pid: 2 ** 22 + 1, host: 'somewhere' },
    input: { name: hostileName, sha256: 'ab'.repeat(32), width: 900, height: 1200 },
    pack: {
      name: 'compact',
      size: side,
      licences: ['research only'],
      files: ['generator', 'e4e', 'vgg16'].map((name) => ({ name: `${name}.safetensors`, sha256: 'cd'.repeat(32) })),
    },
    seed: 7,
    device: 'cpu',
    threads: 2,
    stages: [
      { coarse: 32, steps: steps[0] },
      { coarse: 64, steps: steps[1] },
    ],
    stepsDone: done,
    stepsTotal: steps[0] + steps[1],
    timings: { align: 2.1, encode: 0.8, sibling: 0.2, match: 0.6, compile: 3.4, optimize: 116.3, write: 1.2 },
    peakMemoryMiB: 812,
    resumed: 1,
    warnings: status === 'complete' ? [] : ['the picture is small: 90 × 120'],
  }
}

/** Something with the layout of a portrait: an oval face, eyes, mouth, hair, a background; spoilt by grain. */
function portrait(side: number, kind: 'gray' | 'color', spoilt: number): Bitmap {
  const bitmap = createBitmap(side, side, kind === 'gray' ? 1 : 3)
  const inside = (x: number, y: number, cx: number, cy: number, rx: number, ry: number) =>
    1 / (1 + Math.exp(40 * (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 - 1) * Math.min(rx, ry)))
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [column / side, row / side]
      let color = [0.55 - 0.25 * y, 0.58 - 0.22 * y, 0.6 - 0.15 * y]
      const paint = (amount: number, r: number, g: number, b: number) => {
        color = [r, g, b].map((value, c) => color[c]! + amount * (value - color[c]!))
      }
      paint(inside(x, y, 0.5, 0.45, 0.33, 0.4), 0.25, 0.17, 0.12)
      paint(inside(x, y, 0.5, 1.1, 0.45, 0.3), 0.2, 0.25, 0.35)
      const light = 0.85 + 0.25 * (0.6 - x)
      paint(inside(x, y, 0.5, 0.52, 0.24, 0.33), 0.86 * light, 0.66 * light, 0.54 * light)
      for (const eye of [0.4, 0.6]) paint(inside(x, y, eye, 0.47, 0.045, 0.022), 0.15, 0.2, 0.25)
      paint(inside(x, y, 0.5, 0.68, 0.08, 0.02), 0.65, 0.3, 0.3)
      const hash = Math.abs(Math.sin(row * 127.1 + column * 311.7) * 43758.5453) % 1
      const grain = spoilt * (hash - 0.5)
      const values = kind === 'gray' ? [color[2]! * 0.9 + 0.1] : color
      const index = (row * side + column) * bitmap.channels
      values.forEach((value, c) => {
        bitmap.data[index + c] = Math.round(255 * Math.min(Math.max(value + grain, 0), 1))
      })
    }
  }
  return bitmap
}

// A whole run at 1024 px, from files in the official layouts (formula weights) to the report, on what this machine has.

import { existsSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { execute, makeCheckpoints, noTorch, ownCache, temporaryFolder, torchPython } from '../support/checkpoints.ts'
import { full } from '../support/full.ts'

const enough = totalmem() > 14e9
const possible = full && enough && torchPython() !== undefined
if (full && !possible) test.skip(`a whole run at 1024 px: ${enough ? noTorch : 'needs 14 GB of memory'}`)

interface Measured {
  missing: string[]
  status: string
  stepsDone: number
  files: { report: string; result: string }
  phases: { name: string; seconds: number; peakBytes: number }[]
  steps: number[]
}

test.runIf(possible)(
  'from `models import` to the report at 1024 px',
  async () => {
    ownCache()
    const folder = temporaryFolder('whole')
    await makeCheckpoints(join(folder, 'files'), '--full')
    const picture = join(folder, 'picture.png')
    const portrait = fileURLToPath(new URL('../golden/align-vangogh.png', import.meta.url))
    await sharp(portrait).resize(1024, 1024).png().toFile(picture)
    const script = fileURLToPath(new URL('../support/whole-run-child.ts', import.meta.url))
    const args = ['--import', 'tsx', script, join(folder, 'files'), picture, join(folder, 'run')]
    const measured = JSON.parse((await execute(process.execPath, args)).stdout) as Measured
    for (const { name, seconds, peakBytes } of measured.phases)
      console.log(
        `${name.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s, peak so far ${(peakBytes / 1e9).toFixed(2)} GB`,
      )
    console.log(`steps: ${measured.steps.map((seconds) => `${seconds.toFixed(1)} s`).join(', ')}`)
    expect(measured).toMatchObject({ missing: [], status: 'complete', stepsDone: 10 })
    expect(existsSync(measured.files.report)).toBe(true)
    expect(existsSync(measured.files.result)).toBe(true)
    expect(Math.max(...measured.phases.map(({ peakBytes }) => peakBytes))).toBeLessThan(24e9)
  },
  60 * 60_000,
)

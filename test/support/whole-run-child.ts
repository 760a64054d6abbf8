// From files in the official layouts to a report, in one process, measured: node --import tsx
// test/support/whole-run-child.ts FILES PICTURE OUT prints JSON. Memory peaks are the process's, so each includes those before it.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/methods/runner.ts'
import { importModels } from '../../src/models/import.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { peakBytes } from './peak.ts'

const [files = '', input = '', out = ''] = process.argv.slice(2)
const phases: { name: string; seconds: number; peakBytes: number }[] = []
let name = 'import'
let began = performance.now()
const next = (following: string): void => {
  phases.push({ name, seconds: (performance.now() - began) / 1000, peakBytes: peakBytes() })
  name = following
  began = performance.now()
}

const imported = importModels(readdirSync(files).map((file) => join(files, file)))
next('start')
const steps: number[] = []
const observer = (event: RunEvent): void => {
  if (event.type === 'phase') next(event.name)
  if (event.type === 'step') steps.push(event.milliseconds / 1000)
}
const config = {
  input,
  pack: 'ffhq',
  sensitivity: 'b' as const,
  align: { mode: 'none' as const },
  optimize: { steps: [5, 5] },
  // Formula weights give colours of any size: at the reference's 1e10 they would push the latent to infinity.
  losses: { colorTransfer: { weight: 1 } },
}
const ran = await run({ config, out }, observer)
next('end')
process.stdout.write(
  JSON.stringify({
    missing: imported.missing,
    status: ran.status,
    stepsDone: ran.stepsDone,
    files: ran.files,
    phases,
    steps,
  }),
)

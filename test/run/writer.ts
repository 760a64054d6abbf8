// A process that "optimizes" as fast as it can: appends rows, saves states. Started and killed by crash.test.ts.

import { runFile } from '../../src/run/folder.ts'
import { openLossLog } from '../../src/run/losses.ts'
import { loadState, saveState } from '../../src/run/state.ts'

const folder = process.argv[2]!
const first = loadState(runFile.state(folder))?.step ?? 0
const log = openLossLog(runFile.losses(folder), first)
for (let step = first + 1; ; step++) {
  const losses = { total: 1 / step, terms: { face: { raw: 2 / step, weighted: 1 / step } } }
  log.append({ step, stage: 0, losses, camera: { gamma: 1 + step / 1000 } })
  if (step % 3 === 0) {
    log.flush()
    const data = Float32Array.from({ length: 4096 }, (_, index) => step + index)
    saveState(runFile.state(folder), {
      step,
      tensors: { latent: { shape: [4096], data } },
      notes: { draws: String(step) },
    })
    if (step === first + 3) process.stdout.write('saved\n')
  }
}

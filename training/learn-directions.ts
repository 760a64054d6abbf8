// Directions of the compact pack's latents (age, sex, a smile, a turn), shipped with it: models/compact/directions.safetensors.
//   npx tsx training/learn-directions.ts

import { writeDirections } from '../src/methods/rephotograph/edit/direction-file.ts'
import { learnDirections, SAMPLES } from '../src/methods/rephotograph/edit/directions.ts'
import { openSetting } from '../src/methods/rephotograph/setting.ts'
import { sha256File } from '../src/run/hash.ts'

const setting = openSetting({ input: 'none', pack: 'compact' })
const directions = await learnDirections(setting, (done) => {
  if (done % 200 === 0) process.stdout.write(`${done} of ${SAMPLES} faces\n`)
})
const path = new URL('../models/compact/directions.safetensors', import.meta.url).pathname
writeDirections(path, directions, sha256File(setting.pack.path('stylegan2')))
setting.pack.close()
for (const [name, { perStep, r2 }] of Object.entries(directions))
  process.stdout.write(`${name}: ${perStep.toFixed(2)} a step, R² ${r2.toFixed(2)}\n`)

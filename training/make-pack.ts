// Writes models/compact/pack.json from what the trainings left beside their weights (generator-side.json,
// feature-side.json), the settings in pack-settings.json5, and the weight files themselves.
//   npx tsx training/make-pack.ts

import { existsSync, readFileSync, statSync } from 'node:fs'
import JSON5 from 'json5'
import { packSchema } from '../src/models/pack.ts'
import { roles } from '../src/networks/roles.ts'
import { writeText } from '../src/run/folder.ts'
import { sha256File } from '../src/run/hash.ts'

interface GeneratorSide {
  size: number
  styleDim: number
  nLatent: number
  e4e: { inputSize: number; stageStarts: number[]; coarse: number; middle: number }
  colorEncoder: { inputSize: number }
}

interface FeatureSide {
  bisenet: { inputSize: number; classes: string[]; skinClasses: number[] }
}

const folder = new URL('../models/compact/', import.meta.url)
const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
const generator = read<GeneratorSide>('generator-side.json')
const features = read<FeatureSide>('feature-side.json')
const settings = JSON5.parse(readFileSync(new URL('pack-settings.json5', import.meta.url), 'utf8')) as Record<
  string,
  unknown
>

const { inputSize, stageStarts, coarse, middle } = generator.e4e
const layouts: Record<string, Record<string, unknown>> = {
  e4e: { inputSize, stageStarts, coarse, middle },
  bisenet: { inputSize: features.bisenet.inputSize, classes: features.bisenet.classes },
  // a scratch that stays is better than a feature of a face that goes
  scratch_detector: { threshold: 0.7, antialias: true },
  painter: { side: 256 },
}
for (const s of ['b', 'gb', 'g']) layouts[`color_encoder_${s}`] = { inputSize: generator.colorEncoder.inputSize }

const networks = Object.fromEntries(
  roles.flatMap((role) => {
    const file = `${role}.safetensors`
    const path = new URL(file, folder).pathname
    if (!existsSync(path)) return []
    return [
      [
        role,
        {
          file,
          sha256: sha256File(path),
          bytes: statSync(path).size,
          licence:
            'non-commercial research use (terms of the pictures it was trained on; see models/compact/README.md)',
          source: 'trained by this project: training/README.md',
          ...(layouts[role] && { layout: layouts[role] }),
        },
      ],
    ]
  }),
)

const pack = packSchema.parse({
  format: 1,
  name: 'compact',
  title: `Compact networks of the real architectures, ${generator.size} px`,
  description:
    'Trained by this project and shipped with it, so that everything works offline. See README.md in this folder.',
  size: generator.size,
  styleDim: generator.styleDim,
  nLatent: generator.nLatent,
  networks,
  settings: { histogram: { skinClasses: features.bisenet.skinClasses }, ...settings },
})
writeText(new URL('pack.json', folder).pathname, `${JSON.stringify(pack, null, 2)}\n`)

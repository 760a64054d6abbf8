// Pictures in brush strokes by our own stage (src/degrade/brushstroke.ts), for trainings that want paintings whose photograph is known.
//   npx tsx training/draw-strokes.ts FOLDER OUT [COUNT [SCALE ELONGATION]]
// FOLDER holds pictures (an unpacked archive); OUT gets each as .webp, in strokes of a drawn size and length
// (or of one that is given, in pixels of a 1024 px picture: what a network can learn exactly), colours a little stronger; of a
// picture in a folder the name is folder-name.webp.

import { mkdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import sharp from 'sharp'
import { globSync } from 'tinyglobby'
import { degradationStages, degrade } from '../src/degrade/degrade.ts'
import { runOnce } from '../src/engine/executable.ts'
import { input } from '../src/graph/tensor.ts'
import { fromPlanar, toPlanar } from '../src/images/bitmap.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { randomStream } from '../src/numbers/random.ts'

const [folder, out, most = '400', scale, elongation] = process.argv.slice(2)
if (folder === undefined || out === undefined) throw new Error('expected a folder of pictures and one for the strokes')
mkdirSync(out, { recursive: true })
const paths = globSync('**/*.{webp,jpg,png}', { cwd: folder }).sort()
const random = randomStream(11, 'strokes')
const between = (low: number, high: number) => low + (high - low) * random.uniform()
const chosen = paths.filter(
  (_, i) => Math.floor((i * Number(most)) / paths.length) !== Math.floor(((i - 1) * Number(most)) / paths.length),
)
for (const [i, path] of chosen.entries()) {
  const picture = toColor(await readPicture(join(folder, path)))
  const { width, height } = picture
  // Pixels of a 1024 px picture, as the stage has it.
  const strokes = { scale: between(8, 24), elongation: between(1.2, 4.5), strength: 1 }
  if (scale !== undefined) strokes.scale = Number(scale)
  if (elongation !== undefined) strokes.elongation = Number(elongation)
  const stages = degradationStages({ brushstroke: strokes })
  const parameters = Object.fromEntries(
    Object.keys(strokes).map((name) => [`brushstroke.${name}`, input(`p/${name}`, [1])]),
  )
  const y = degrade(stages, input('x', [1, 3, height, width]), parameters, { width, height })
  const feeds = Object.fromEntries(Object.entries(strokes).map(([name, value]) => [`p/${name}`, [value]]))
  const result = await runOnce({ y }, { x: toPlanar(picture, 'pm1'), ...feeds })
  const { data } = fromPlanar(result.y!, { channels: 3, width, height }, 'pm1', 'round')
  const name = `${path.slice(0, -extname(path).length).replaceAll('/', '-')}.webp`
  await sharp(data, { raw: { width, height, channels: 3 } })
    .modulate({ saturation: between(1, 1.4) })
    .webp({ quality: 90 })
    .toFile(join(out, name))
  if (i % 20 === 0) process.stdout.write(`${i + 1} of ${chosen.length}\n`)
}

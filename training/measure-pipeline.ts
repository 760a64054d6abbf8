// Whether a whole run brings the example portraits closer to their truth than encoding alone does.
//   npx tsx training/measure-pipeline.ts [--set key=value …] [--out folder]
// Descriptor cosine comes from a network that no loss uses; so do PSNR, SSIM and skin colour, which need none.

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { faceDescriptor } from '../src/features/face-api.ts'
import type { Bitmap } from '../src/images/bitmap.ts'
import { toColor } from '../src/images/gray.ts'
import { readPicture } from '../src/images/read.ts'
import { applySettings, loadConfig } from '../src/methods/configs.ts'
import type { Sensitivity } from '../src/methods/rephotograph/config.ts'
import { run } from '../src/methods/runner.ts'
import { cosineSimilarity } from '../src/metrics/cosine.ts'
import { meanDeltaE } from '../src/metrics/delta-e.ts'
import { perceptualMetric } from '../src/metrics/perceptual.ts'
import { psnr } from '../src/metrics/psnr.ts'
import { ssim } from '../src/metrics/ssim.ts'
import { loadPack } from '../src/models/load.ts'
import { weightsOf } from '../src/models/weights.ts'

const args = await yargs(hideBin(process.argv))
  .option('set', { type: 'string', array: true, default: [] as string[] })
  .option('out', { type: 'string', describe: 'Folder for the runs; a temporary one by default' })
  .strict()
  .parse()
const out = args.out ?? mkdtempSync(join(tmpdir(), 'rephoto-pipeline-'))
const examples = new URL('../examples/', import.meta.url).pathname
const pack = loadPack('compact')
const size = pack.generatorSize

const distance = await perceptualMetric(weightsOf(pack, 'vgg16'), size)

async function compare(x: Bitmap, truth: Bitmap): Promise<number[]> {
  const cosine = cosineSimilarity(await faceDescriptor(x), await faceDescriptor(truth))
  return [await distance(x, truth), cosine, psnr(x, truth), ssim(x, truth), meanDeltaE(x, truth)]
}

console.log('example      picture   perceptual  descriptor cosine     PSNR      SSIM    ΔE2000')
for (const sensitivity of ['b', 'gb', 'g'] as const satisfies readonly Sensitivity[]) {
  const name = `antique-${sensitivity}`
  const file = { ...loadConfig(name), input: `${examples}${name}.png`, align: { mode: 'none' as const } }
  const ran = await run({ config: applySettings(file, args.set), out: join(out, name) })
  const truth = toColor(await readPicture(`${examples}${name}.truth.png`))
  for (const picture of ['sibling', 'result'] as const) {
    const values = await compare(toColor(await readPicture(join(ran.folder, `${picture}.png`))), truth)
    console.log(name.padEnd(12), picture.padEnd(8), ...values.map((v) => v.toFixed(3).padStart(11)))
  }
}

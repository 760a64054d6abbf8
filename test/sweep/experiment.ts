// A small experiment on the tiny pack, with a set of two made-up pictures whose truth is "known".

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'

/** An experiment file's content. */
export type Content = { [key: string]: unknown }

/** Makes pack, set and experiment in a folder. */
export async function makeExperiment(folder: string, change: Content = {}): Promise<string> {
  const pack = join(folder, 'pack')
  makeTinyPack(pack)
  await makeSet(join(folder, 'set'))
  return writeExperiment(folder, change)
}

/** Writes tiny.json5, with some keys changed. */
export function writeExperiment(folder: string, change: Content = {}): string {
  const file = join(folder, 'tiny.json5')
  const content = {
    base: { pack: './pack', optimize: { steps: [3, 3] }, output: { frames: 0 } },
    inputs: [{ set: 'set' }],
    conditions: { list: [{ name: 'base' }] },
    ...change,
  }
  writeFileSync(file, JSON.stringify(content))
  return file
}

async function makeSet(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const items = []
  for (const [name, sensitivity, radius] of [
    ['01', 'b', 0.5],
    ['02', 'g', 1.5],
  ] as const) {
    const gray = formulaImage(`portrait/${name}`, 1, 64, 64)
    await writePicture(
      join(folder, `${name}.png`),
      fromPlanar(gray, { channels: 1, height: 64, width: 64 }, '01', 'round'),
    )
    const color = formulaImage(`truth/${name}`, 3, 64, 64)
    const truth = fromPlanar(color, { channels: 3, height: 64, width: 64 }, '01', 'round')
    await writePicture(join(folder, `${name}-truth.png`), truth)
    items.push({
      name,
      input: `${name}.png`,
      truth: `${name}-truth.png`,
      aligned: true,
      sensitivity,
      degradation: { blur: { radius, kernel: 'gaussian', unit: 'pixels' }, spectral: { sensitivity } },
      source: { kind: 'formula' },
    })
  }
  const set = {
    format: 'rephoto-set',
    formatVersion: 1,
    description: 'Nonsense.',
    pack: 'tiny',
    size: 64,
    seed: 0,
    items,
  }
  writeFileSync(join(folder, 'set.json'), JSON.stringify(set))
}

/**
 * Run folders with random damage: keys of their JSON replaced by anything, and bytes of their files changed. Every reader ends in one
 * clean line, or shows what it can, soon and without much memory. FUZZ=100000 npx vitest run test/fuzz tries so many.
 */

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gatherRun } from '../../src/compare/gather.ts'
import { fromPlanar } from '../../src/images/bitmap.ts'
import { writePicture } from '../../src/images/write.ts'
import { methods } from '../../src/methods/methods.ts'
import { rephotographConfig } from '../../src/methods/rephotograph/config.ts'
import { run } from '../../src/methods/runner.ts'
import { collectReport } from '../../src/report/collect.ts'
import { reportPage } from '../../src/report/page.ts'
import { bind } from '../../src/run/binding.ts'
import { openLossLog } from '../../src/run/losses.ts'
import { readManifest, writeManifest } from '../../src/run/manifest.ts'
import { writeMetrics } from '../../src/run/metrics.ts'
import { loadState, saveState } from '../../src/run/state.ts'
import { fabricateRun } from '../report/fabricate.ts'
import { formulaImage } from '../support/formula.ts'
import { makeTinyPack } from '../support/tiny-pack.ts'
import { isCleanLine, isOurs } from './clean.ts'

const runs = Number(process.env.FUZZ ?? 400)
const place = mkdtempSync(join(tmpdir(), 'rephoto-fuzz-run-'))
const files = ['manifest.json', 'config.json', 'metrics.json', 'losses.csv', 'state.safetensors'] as const
type Whole = ReadonlyMap<string, Buffer>
const whole = new Map<string, Whole>()
/** Methods of which a run is made here: one that optimizes a portrait, one that optimizes pixels, one forward network. */
const made = ['rephotograph', 'stylize', 'upscale'] as const

beforeAll(async () => {
  const portrait = join(place, 'rephotograph')
  await fabricateRun(portrait, { side: 64, frames: 1, steps: [2, 3] })
  rmSync(join(portrait, 'frames'), { recursive: true })
  for (const name of ['aligned', 'target', 'sibling', 'degraded', 'result', 'result-fresh'])
    rmSync(join(portrait, `${name}.png`))
  const config = JSON.parse(readFileSync(join(portrait, 'config.json'), 'utf8')) as object
  writeManifest(portrait, { ...readManifest(portrait), binding: bind(config, rephotographConfig) })
  writeMetrics(portrait, { 'loss.total': 1.5, 'identity.input': null })
  await styleRun(join(place, 'stylize'))
  await upscaleRun(join(place, 'upscale'))
  for (const name of made) {
    const folder = join(place, name)
    saveState(join(folder, 'state.safetensors'), {
      step: 2,
      tensors: { latent: { shape: [4], data: new Float32Array(4) } },
      notes: {},
    })
    whole.set(name, new Map(files.map((file) => [file, readFileSync(join(folder, file))])))
  }
})

/** A style transfer of two steps on the tiny pack, without its pictures. */
async function styleRun(folder: string): Promise<void> {
  makeTinyPack(join(place, 'pack'))
  const picture = join(place, 'picture.png')
  const pixels = formulaImage('picture', 3, 24, 24)
  await writePicture(picture, fromPlanar(pixels, { channels: 3, width: 24, height: 24 }, '01', 'round'))
  const config = {
    method: 'stylize',
    input: picture,
    pack: join(place, 'pack'),
    threads: 1,
    styles: [{ picture }],
    size: { scales: [16, 24] },
    content: { layers: ['relu2_1'] },
    style: { layers: ['relu1_1', 'relu2_1'] },
    optimize: { steps: [1, 1] },
  } as const
  await run({ config, out: folder })
  for (const name of ['content', 'style', 'result']) rmSync(join(folder, `${name}.png`))
  rmSync(join(folder, 'frames'), { recursive: true, force: true })
}
/** An enlarged picture of 24 px; what only an optimization leaves is put beside it, for its readers read whatever lies there. */
async function upscaleRun(folder: string): Promise<void> {
  await run({ config: { method: 'upscale', input: join(place, 'picture.png'), threads: 1 }, out: folder })
  for (const name of ['input', 'plain', 'result', 'invented']) rmSync(join(folder, `${name}.png`), { force: true })
  copyFileSync(join(place, 'stylize/losses.csv'), join(folder, 'losses.csv'))
}
afterAll(() => rmSync(place, { recursive: true }))

const hostile = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, -1e308, 5e-324, 2 ** 53, 0xffffffff + 1, '', [], {}),
  fc.constantFrom(
    '\u001b[31mred',
    'a\nb',
    '\u0000',
    '\u202egnp',
    '\u009b2J',
    '../../x',
    '=1+1',
    '__proto__',
    '</script>',
  ),
  fc.integer(),
  fc.double(),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.nat({ max: 200_000 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 1, max: 3_000 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown),
  fc.jsonValue(),
)

type Change = (bytes: Buffer) => Buffer | string

/** Replaces, drops or adds a value somewhere in the document. */
const inJson: fc.Arbitrary<Change> = fc
  .record({
    where: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
    value: hostile,
    what: fc.constantFrom('put', 'drop', 'add'),
    key: hostile,
  })
  .map(({ where, value, what, key }) => (bytes) => {
    const document = JSON.parse(bytes.toString('utf8')) as { [key: string]: unknown }
    let here: { [key: string]: unknown } = document
    for (const [depth, step] of where.entries()) {
      const keys = Object.keys(here)
      const name = keys[step % Math.max(keys.length, 1)]
      const inner = name === undefined ? undefined : here[name]
      if (depth < where.length - 1 && typeof inner === 'object' && inner !== null) {
        here = inner as { [key: string]: unknown }
        continue
      }
      if (what === 'add' || name === undefined) here[typeof key === 'string' ? key : 'more'] = value
      else if (what === 'drop') delete here[name]
      else here[name] = value
      break
    }
    return JSON.stringify(document)
  })

/** Overwrites, cuts out or puts in some bytes. */
const inBytes: fc.Arbitrary<Change> = fc
  .record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    put: fc.uint8Array({ maxLength: 24 }),
    away: fc.nat({ max: 40 }),
  })
  .map(({ at, put, away }) => (bytes) => {
    const start = Math.floor(at * bytes.length)
    return Buffer.concat([bytes.subarray(0, start), put, bytes.subarray(start + away)])
  })

const damage = fc
  .record({ file: fc.constantFrom(...files), json: inJson, bytes: inBytes, asJson: fc.boolean() })
  .map(({ file, json, bytes, asJson }) => ({ file, change: asJson && file.endsWith('.json') ? json : bytes }))

const method = fc.constantFrom(...made)

async function endsClean(action: () => unknown): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!isOurs(error)) throw error
    const { message } = error as Error
    if (!isCleanLine(message)) throw new Error(`not one clean line: ${JSON.stringify(message)}`, { cause: error })
  }
}

it(`${runs} damaged run folders end every reader in one clean line, or are shown`, async () => {
  let slowest = 0
  await fc.assert(
    fc.asyncProperty(method, fc.array(damage, { minLength: 1, maxLength: 2 }), async (name, damages) => {
      const began = process.cpuUsage()
      const folder = join(place, name)
      const intact = whole.get(name)!
      const changed = new Map(intact)
      for (const { file, change } of damages) {
        const bytes = changed.get(file)!
        // A second change may meet a document that the first has broken.
        try {
          changed.set(file, Buffer.from(change(bytes)))
        } catch {}
      }
      for (const { file } of damages) writeFileSync(join(folder, file), changed.get(file)!)
      await endsClean(async () => reportPage(await collectReport(folder, methods), { plots: false }))
      const { problem } = gatherRun(
        { name: 'r', folder, condition: 'c', input: 'i', seed: 0, status: 'complete' },
        methods,
      )
      if (problem !== undefined && !isCleanLine(problem)) throw new Error(`not clean: ${JSON.stringify(problem)}`)
      await endsClean(() => loadState(join(folder, 'state.safetensors')))
      await endsClean(() => openLossLog(join(folder, 'losses.csv'), 3).close())
      for (const file of new Set([...damages.map(({ file }) => file), 'losses.csv']))
        writeFileSync(join(folder, file), intact.get(file)!)
      const { user, system } = process.cpuUsage(began)
      slowest = Math.max(slowest, (user + system) / 1e6)
      // In which vitest hears that the test still runs.
      await new Promise((resume) => setImmediate(resume))
    }),
    { numRuns: runs, seed: Number(process.env.FUZZ_SEED ?? 11), endOnFailure: runs > 1000 },
  )
  // Of the processor: on a busy machine any case may have to wait.
  expect(slowest).toBeLessThan(10)
  expect(process.memoryUsage.rss()).toBeLessThan(2 ** 30)
}, 3_600_000)

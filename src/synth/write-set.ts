/**
 * Writes a synthetic set: truths, the old pictures made of them, and set.json, which comes last: where it is, the set is
 * whole. All come into their places together, or none. Everything is a function of the recipe and the pack's weights, byte for byte.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { readJson } from '../config/budget.ts'
import { ConfigError } from '../config/errors.ts'
import type { CompleteDegradation } from '../degrade/schema.ts'
import type { Bitmap } from '../images/bitmap.ts'
import { encodePng } from '../images/write.ts'
import { type LoadedPack, loadPack } from '../models/load.ts'
import { randomStream } from '../numbers/random.ts'
import { isWithin, OutputError } from '../output.ts'
import { createRunFolder, discard } from '../run/folder.ts'
import { sha256File } from '../run/hash.ts'
import { removeInside } from '../run/inside.ts'
import { writeTogether } from '../run/together.ts'
import { reasonOf } from '../text/visible.ts'
import { aged, type Noise } from './age.ts'
import { type DamageConfig, damageOf } from './damage/presets.ts'
import type { NoiseConfig, Plan, Recipe } from './recipe.ts'
import { planOf } from './recipe.ts'
import type { SetItem, SyntheticSet } from './set.ts'
import { faceDrawer, faceSeed, photographedTruth, photographs } from './truths.ts'

/** What to write, where, and who hears of it. */
export interface WriteSetOptions {
  readonly recipe: Recipe
  /** Folder, new or empty. */
  readonly out: string
  /** Whether a set that is there already may be replaced. */
  readonly replace?: boolean
  readonly onItem?: (done: number, total: number) => void
  readonly onWarning?: (message: string) => void
}

interface Truth {
  readonly bitmap: Bitmap
  readonly source: SetItem['source']
}

/**
 * @returns path of set.json
 * @throws ConfigError, PictureError, RunFolderError: one line each
 */
export async function writeSet({ recipe, out, replace, onItem, onWarning }: WriteSetOptions): Promise<string> {
  const plan = planOf(recipe)
  const files = plan.from.length > 0 ? chosenPhotographs(plan) : undefined
  const total = files?.length ?? plan.count!
  const pack = loadPack(plan.pack)
  try {
    const taken = files?.find((file) => isWithin(file, out))
    if (taken !== undefined) {
      throw new OutputError(
        `${out}: expected another folder than that of the photographs, found ${basename(taken)} in it; choose another with --out`,
      )
    }
    const earlier = replace ? filesOfSet(resolve(out)) : []
    const { folder, made } = createRunFolder(out, 'set', earlier)
    const together = writeTogether(folder)
    try {
      const digits = Math.max(2, String(total).length)
      const items: SetItem[] = []
      for await (const { bitmap, source } of files ? photographed(files, plan, pack, onWarning) : drawn(plan, pack)) {
        const index = items.length
        const name = String(index + 1).padStart(digits, '0')
        const degradation = plan.degradation(plan.seed, index) as CompleteDegradation
        const noise = drawnNoise(plan, index)
        const item = { name, input: `${name}.png`, truth: `${name}-truth.png` }
        together.write(item.truth, await encodePng(bitmap))
        const seed = faceSeed(plan.seed, index)
        const config = plan.damage?.(plan.seed, index) as DamageConfig | undefined
        const damage = config ? damageOf(config, bitmap, seed) : null
        together.write(item.input, await encodePng(await aged(bitmap, degradation, noise, seed, damage)))
        const sensitivity = degradation.spectral?.sensitivity ?? null
        const aligned = plan.align !== 'whole'
        items.push({ ...item, aligned, sensitivity, degradation, noise, ...(damage && { damage }), source })
        onItem?.(items.length, total)
      }
      if (items.length === 0) throw new ConfigError('expected photographs with a face, found none', { source: out })
      const set: SyntheticSet = {
        format: 'rephoto-set',
        formatVersion: 1,
        description: plan.description,
        pack: pack.pack.name,
        ...(files ? {} : { generator: sha256File(pack.path('stylegan2')) }),
        size: files && plan.align === 'whole' ? plan.side : pack.generatorSize,
        seed: plan.seed,
        recipe: portable(recipe),
        items,
      }
      together.write('set.json', `${JSON.stringify(set, null, 2)}\n`)
      for (const name of earlier) removeInside(folder, name)
      together.commit()
      return join(folder, 'set.json')
    } catch (error) {
      together.discard()
      if (made) discard(folder, made)
      throw error
    }
  } finally {
    pack.close()
  }
}

async function* drawn(plan: Plan, pack: LoadedPack): AsyncGenerator<Truth> {
  const drawer = await faceDrawer(pack)
  try {
    for (let index = 0; index < plan.count!; index++) {
      const seed = faceSeed(plan.seed, index)
      const truncation = plan.truncation(plan.seed, index) as number
      yield { bitmap: await drawer.draw(seed, truncation), source: { kind: 'generator', seed, truncation } }
    }
  } finally {
    await drawer.dispose()
  }
}

async function* photographed(
  files: readonly string[],
  plan: Plan,
  pack: LoadedPack,
  onWarning: ((message: string) => void) | undefined,
): AsyncGenerator<Truth> {
  for (const file of files) {
    const truth = await photographedTruth(file, plan.align === 'whole' ? plan.side : pack.generatorSize, plan.align)
    if ('refused' in truth) {
      onWarning?.(`left out: ${truth.refused}`)
      continue
    }
    for (const remark of truth.remarks) onWarning?.(`${file}: ${remark}`)
    // The name and the hash, not the path: a set may travel.
    const source = { kind: 'photograph', file: basename(file), sha256: truth.sha256 }
    yield { bitmap: truth.bitmap, source }
  }
}

/** All photographs, or as many as wanted, drawn without preference. */
function chosenPhotographs(plan: Plan): string[] {
  const files = photographs(plan.from)
  if (plan.count === undefined || plan.count >= files.length) return files
  const chosen = randomStream(plan.seed, 'synth/photographs').subset(files.length, plan.count)
  return chosen.sort((a, b) => a - b).map((i) => files[i]!)
}

function drawnNoise(plan: Plan, index: number): Noise | null {
  const noise = plan.noise(plan.seed, index) as NoiseConfig
  return noise.deviation > 0 ? { ...noise, seed: faceSeed(plan.seed, index) } : null
}

/** The recipe without folders of this machine. */
function portable(recipe: Recipe): Recipe {
  const { from, pack, $schema: _, ...rest } = recipe
  return {
    ...rest,
    ...(pack === undefined ? {} : { pack: basename(pack) }),
    ...(from === undefined ? {} : { from: [from].flat().map((path) => basename(path)) }),
  }
}

/** What has to be known of an earlier set to remove it. */
const earlierSet = z.object({
  format: z.literal('rephoto-set'),
  items: z.array(z.object({ input: z.string(), truth: z.string() })),
})

/** Names of the files of an earlier set, its list first, and of nothing else. @throws ConfigError where it can't be told which they are */
function filesOfSet(folder: string): string[] {
  const file = join(folder, 'set.json')
  if (!existsSync(file)) return []
  let set: z.infer<typeof earlierSet>
  try {
    set = earlierSet.parse(readJson(file))
  } catch (cause) {
    const found = cause instanceof z.ZodError ? 'something else' : reasonOf(cause)
    throw new ConfigError(
      `expected a set to replace, found ${found}; nothing was removed: empty the folder, or choose another with --out`,
      { source: file },
      { cause },
    )
  }
  const names = set.items.flatMap(({ input, truth }) =>
    [input, truth].map((name) => relative(folder, resolve(folder, name))),
  )
  return ['set.json', ...names.filter((name) => dirname(name) === '.' && name !== '' && name !== '..')]
}

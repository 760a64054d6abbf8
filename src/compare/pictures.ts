/**
 * The pictures of a comparison, small enough for one file: each distinct picture once, scaled down and compressed as far
 * as the page's budget asks for. The page says to which side; the exact pictures are in the runs' folders.
 */
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { isObject } from '../config/merge.ts'
import { embedBytes, pngOf } from '../report/pictures.ts'
import { runName } from '../run/folder.ts'
import { isInside } from '../run/inside.ts'
import type { GatheredRun } from './gather.ts'
import type { Grid } from './grid.ts'

/** What the cells of the matrix can show: a picture of the runs' methods. */
export type View = string

/** Pictures of the runs' methods: first what came of them, then how. */
function viewsOf({ runs }: Grid): View[] {
  const methods = [...new Set(runs.flatMap(({ method }) => method ?? []))]
  const all = methods.flatMap(({ pictures, before, after }) => [
    after,
    ...pictures.map(({ name }) => name).filter((name) => name !== before && name !== after && name !== 'result-fresh'),
  ])
  const order = ['result', 'degraded', 'sibling', 'target']
  const rank = (view: View) => (order.includes(view) ? order.indexOf(view) : order.length)
  return [...new Set(all)].sort((a, b) => rank(a) - rank(b))
}

/** Pictures by index into `sources`; -1: none. */
export interface ComparisonPictures {
  /** Data URIs. */
  readonly sources: readonly string[]
  /** One for each input; absent where no input has one. */
  readonly input?: readonly number[]
  readonly truth?: readonly number[]
  /** [seed][input][condition] */
  readonly views: Readonly<Partial<Record<View, readonly (readonly (readonly number[])[])[]>>>
  /** Views that are the same under all conditions, and need no column of each. */
  readonly constant: readonly View[]
  /** Side to which they were scaled, and the runs' own. */
  readonly side: number
  readonly ownSide: number
}

/** By default a page of two hundred runs stays below ten megabytes, plots and numbers included. */
export const PICTURE_BYTES = 6_500_000

/** From careful to coarse; the first that fits is taken. */
const LEVELS: readonly (readonly [side: number, quality: number])[] = [
  ...[[512, 86] as const, [384, 82] as const, [256, 82] as const, [192, 80] as const, [160, 80] as const],
  ...[[128, 82] as const, [128, 65] as const, [96, 65] as const, [64, 60] as const, [48, 50] as const],
]
const SAMPLE = 12

/** Embeds the pictures. `inputs` false leaves out whatever shows the input itself. */
export async function comparisonPictures(
  grid: Grid,
  {
    inputs: withInputs = true,
    bytes = PICTURE_BYTES,
  }: { inputs?: boolean | undefined; bytes?: number | undefined } = {},
): Promise<ComparisonPictures> {
  const { conditions, inputs, seeds, runs } = grid
  const pool = new Pool()
  const shown = (run: GatheredRun | undefined, name: string) => (run?.complete ? pool.add(pictureOf(run, name)) : -1)
  const first = (input: string, read: (run: GatheredRun) => number) => {
    const own = runs.filter((run) => run.input === input)
    return own.map(read).find((index) => index >= 0) ?? -1
  }
  const input = inputs.map((name) =>
    withInputs ? first(name, (run) => shown(run, run.method?.before ?? 'aligned')) : -1,
  )
  const truth = inputs.map((name) => first(name, (run) => pool.add(truthPicture(run))))
  const views: Partial<Record<View, number[][][]>> = {}
  for (const view of viewsOf(grid)) {
    if (view === 'target' && !withInputs) continue
    const cells = seeds.map((seed) =>
      inputs.map((name) => conditions.map((condition) => shown(grid.at(condition.name, name, seed), view))),
    )
    if (cells.flat(2).some((index) => index >= 0)) views[view] = cells
  }
  const constant = (['sibling', 'target'] as const).filter((view) =>
    views[view]?.every((bySeed) => bySeed.every((row) => new Set(row.filter((index) => index >= 0)).size <= 1)),
  )
  const ownSide = Math.max(...runs.map(({ manifest }) => manifest?.pack.size ?? manifest?.input.width ?? 0))
  const { sources, side } = await pool.embed(bytes, ownSide)
  return {
    sources,
    ...(input.some((index) => index >= 0) ? { input } : {}),
    ...(truth.some((index) => index >= 0) ? { truth } : {}),
    views,
    constant,
    side,
    ownSide,
  }
}

/** A picture file that is read when it is needed; `read` throws for what is no picture. */
export interface PictureSource {
  readonly path: string
  read(): Buffer
}

/** A picture of a run; undefined where it has none. */
export function pictureOf({ folder }: GatheredRun, picture: string): PictureSource | undefined {
  const name = runName.picture(picture)
  return isInside(folder, name) ? { path: join(folder, name), read: () => pngOf(folder, name) } : undefined
}

/**
 * The true picture that a run's config names. It lies outside of the run, so a run that keeps hashes vouches for what it was; one that
 * was put there since, by whoever passed the run on, is not shown.
 */
export function truthPicture({ folder, config, manifest }: GatheredRun): PictureSource | undefined {
  const path = isObject(config?.truth) ? config.truth.picture : undefined
  if (typeof path !== 'string') return undefined
  const inRun = relative(folder, path).split(sep).join('/')
  if (!inRun.startsWith('..') && dirname(inRun) === '.') {
    return isInside(folder, inRun) ? { path, read: () => pngOf(folder, basename(inRun)) } : undefined
  }
  const expected = manifest?.binding?.files['truth.picture']
  const read = () => {
    if (!statSync(path).isFile()) throw new Error('expected a picture, found no file')
    const bytes = readFileSync(path)
    if (manifest?.binding && hashOf(bytes) !== expected) throw new Error('another picture than the run was measured by')
    return bytes
  }
  return { path, read }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Distinct pictures, by content. */
class Pool {
  readonly #sources: PictureSource[] = []
  readonly #byPath = new Map<string, number>()
  readonly #byHash = new Map<string, number>()

  add(source: PictureSource | undefined): number {
    if (source === undefined) return -1
    const known = this.#byPath.get(source.path)
    if (known !== undefined) return known
    let index = -1
    try {
      const hash = hashOf(source.read())
      index = this.#byHash.get(hash) ?? this.#sources.push(source) - 1
      this.#byHash.set(hash, index)
    } catch {
      // Missing, or no picture: the page still shows all others.
    }
    this.#byPath.set(source.path, index)
    return index
  }

  async embed(bytes: number, ownSide: number): Promise<{ sources: string[]; side: number }> {
    const levels = LEVELS.filter(([side], index) => side <= ownSide || LEVELS[index + 1] === undefined)
    const fitting = levels.length > 0 ? levels : LEVELS.slice(-1)
    const stride = Math.max(1, Math.floor(this.#sources.length / SAMPLE))
    const sample = this.#sources.filter((_, index) => index % stride === 0)
    for (const [index, [side, quality]] of fitting.entries()) {
      const isLast = index === fitting.length - 1
      const guess = (length(await embedAll(sample, side, quality)) / Math.max(sample.length, 1)) * this.#sources.length
      if (guess > 1.1 * bytes && !isLast) continue
      const sources = await embedAll(this.#sources, side, quality)
      if (length(sources) <= bytes || isLast) return { sources, side: Math.min(side, ownSide) }
    }
    return { sources: [], side: 0 }
  }
}

function length(sources: readonly string[]): number {
  return sources.reduce((sum, { length: one }) => sum + one, 0)
}

/** A picture that can't be read is left empty: the page still shows all others. */
async function embedAll(sources: readonly PictureSource[], side: number, quality: number): Promise<string[]> {
  const embedded: string[] = []
  for (const { path, read } of sources) {
    const picture = await Promise.resolve()
      .then(() => embedBytes(read(), path, side, quality))
      .catch(() => undefined)
    embedded.push(picture?.src ?? '')
  }
  return embedded
}

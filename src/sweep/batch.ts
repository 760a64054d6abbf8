/**
 * A batch: one config over several photographs, or over several faces of one, as a sweep of one condition. What was done is not done
 * again, a failure ends no other run, processes are kept; only its page is another one (batch-page.ts), and photographs with several faces
 * are put together again.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { countedFaces, type FaceChoice } from '../align/face.ts'
import { findFaces } from '../align/face-turn.ts'
import type { Fragment } from '../config/load.ts'
import { isObject } from '../config/merge.ts'
import { readPicture } from '../images/read.ts'
import type { Turn } from '../images/turn.ts'
import { concludeBatch } from './batch-end.ts'
import { SweepError } from './error.ts'
import type { BatchPhoto, Experiment } from './experiment.ts'
import { checkSweepFolder, readPlan, type SweepIndex, sweepFile } from './folder.ts'
import type { SweepInput } from './inputs.ts'
import { slug } from './names.ts'

/** Which faces of each photograph: the only one, all, or these. */
export type Faces = 'one' | 'all' | readonly number[]

/** What is to be made. */
export interface BatchRequest {
  /** Of the batch, for its folder and page. */
  readonly name: string
  /** Absolute paths. */
  readonly photos: readonly string[]
  readonly faces: Faces
  /** The config of every run, without its input. */
  readonly config: Fragment
  /** What was asked for, where photographs may come later: the folder and not what is in it. */
  readonly sources: readonly string[]
  /** Told of each photograph whose faces are being looked for. */
  readonly onLook?: (path: string, index: number, count: number) => void
}

/** A sweep that no file describes. */
export interface Batch {
  readonly experiment: Experiment
  readonly inputs: readonly SweepInput[]
  /** Writes what there is to see at the end; @returns the page. */
  readonly conclude: (folder: string, index: SweepIndex) => Promise<string>
}

/** Lays out a batch; with all faces, looks for them. */
export async function planBatch(request: BatchRequest): Promise<Batch> {
  const { name, photos: paths, faces, config } = request
  const names = distinctNames(paths)
  const inputs: SweepInput[] = []
  const photos: BatchPhoto[] = []
  for (const [i, path] of paths.entries()) {
    if (faces === 'all') request.onLook?.(path, i, paths.length)
    const numbers = await numbersOf(path, faces, config)
    const runs = numbers.map(
      (face): SweepInput =>
        face === undefined
          ? { name: names[i]!, path, config: {} }
          : { name: `${names[i]}-face-${face}`, path, config: { align: { face } } as Fragment },
    )
    inputs.push(...runs)
    photos.push({ name: names[i]!, path, runs: runs.map((run) => run.name) })
  }
  const { seed, threads, ...base } = config
  const experiment: Experiment = {
    name,
    description: '',
    folder: process.cwd(),
    base,
    fromTruth: {},
    inputs: [],
    conditions: [{ name: 'batch', config: {}, set: {}, fromTruth: {} }],
    baseCondition: 'batch',
    seeds: [typeof seed === 'number' ? seed : 0],
    threads: typeof threads === 'number' ? threads : 0,
    sbatch: [],
    batch: { identity: identityOf(request), photos },
  }
  return { experiment, inputs, conclude: (folder, index) => concludeBatch(folder, index, photos, name) }
}

/**
 * The folder of a batch: the one that the same request began, or a new one.
 *
 * @param out the folder itself; default: the first of reports/name, reports/name-2 … that is free or of the same request
 */
export function batchFolder(request: BatchRequest, out: string | undefined): string {
  const identity = identityOf(request)
  const isOurs = (folder: string) => existsSync(sweepFile.plan(folder)) && readPlan(folder).batch?.identity === identity
  if (out !== undefined) {
    const folder = resolve(out)
    if (existsSync(sweepFile.plan(folder)) && !isOurs(folder)) {
      throw new SweepError(
        `${out}: expected a new folder, or the batch of the same pictures and settings, found another one; choose another with --out`,
      )
    }
    checkSweepFolder(folder)
    return folder
  }
  for (let count = 1; ; count++) {
    const folder = resolve(join('reports', count === 1 ? slug(request.name) : `${slug(request.name)}-${count}`))
    if (!existsSync(folder) || isOurs(folder)) return folder
  }
}

function identityOf({ sources, faces, config }: BatchRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([sources, faces, config]))
    .digest('hex')
}

/** Numbers of the faces to work on; undefined for the only one. What can't be read or has no face fails in its run, and says why. */
async function numbersOf(path: string, faces: Faces, config: Fragment): Promise<(number | undefined)[]> {
  if (faces === 'one') return [undefined]
  if (faces !== 'all') return [...faces]
  const align = isObject(config.align) ? config.align : {}
  try {
    const { faces: found } = await findFaces(await readPicture(path), (align.turn ?? 'auto') as Turn | 'auto')
    const counted = countedFaces(found, { doubt: (align.doubt ?? 'refuse') as NonNullable<FaceChoice['doubt']> })
    return counted.length > 1 ? counted.map((_, i) => i + 1) : [undefined]
  } catch {
    return [undefined]
  }
}

/** Names of photographs as folders: as short as tells them apart. */
function distinctNames(paths: readonly string[]): string[] {
  const forms: ((path: string) => string)[] = [
    (path) => basename(path, extname(path)),
    (path) => basename(path).replaceAll('.', '-'),
    (path) => `${basename(dirname(path))}-${basename(path).replaceAll('.', '-')}`,
  ]
  const names: string[] = []
  const taken = new Set<string>()
  for (const path of paths) {
    const shared = (form: (path: string) => string) =>
      paths.filter((other) => slug(form(other)).toLowerCase() === slug(form(path)).toLowerCase()).length > 1
    const stem = slug((forms.find((form) => !shared(form)) ?? forms.at(-1)!)(path))
    let name = stem
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}-${count}`
    taken.add(name.toLowerCase())
    names.push(name)
  }
  return names
}

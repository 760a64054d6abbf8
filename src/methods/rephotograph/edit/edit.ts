/** Edits of a finished run: older, younger, smiling, turned; the face of the run all the same. */
import type { ScoreName } from '../../../features/face-scores.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { importedDirection, keptDirections, readDirections, writeDirections } from './direction-file.ts'
import { type Direction, type Directions, learnDirections } from './directions.ts'
import type { EditableRun, Seen } from './edited.ts'

/** A direction of somebody else's, and how far. */
export interface ImportedWish {
  readonly file: string
  readonly row: number
  readonly by: number
}

/** What is wanted; at least one of it. */
export interface Wishes {
  /** Years older than the result, as the age network sees it; 'input': as old as the input. */
  readonly age?: number | 'input'
  /** Steps, each a deviation of the prior. */
  readonly steps: Readonly<Partial<Record<Exclude<ScoreName, 'age'>, number>>>
  readonly imported?: ImportedWish
  /** Layers [start, end) of w+ that are moved; all unless told. */
  readonly layers?: readonly [number, number]
}

export interface Edited {
  readonly latent: Float32Array
  readonly picture: Bitmap
  readonly before: Seen
  readonly after: Seen
  /** The age that was wished, and the steps taken towards it. */
  readonly wantedAge?: number
  readonly ageSteps?: number
  /** Of what the directions in use say, by regression. */
  readonly directions?: Directions
}

/** How far along a direction, in deviations of the prior, faces are still faces. */
const FARTHEST = 4
/** An age is met within this, in years: half of what the network's answers differ by between two pictures of a person. */
const CLOSE = 1
const MOST_LOOKS = 12

/** The directions of a run's generator, learned where they are not known. */
export async function directionsOfRun(run: EditableRun, onSample: (done: number) => void): Promise<Directions> {
  const path = keptDirections(run.generator)
  const known = readDirections(path)
  if (known) return known
  const learned = await learnDirections(run.setting, onSample)
  writeDirections(path, learned)
  return learned
}

export async function edit(run: EditableRun, wishes: Wishes, directions: () => Promise<Directions>): Promise<Edited> {
  const move = mover(run, wishes.layers)
  const before = await run.look(run.latent)
  let latent = run.latent
  const needs = wishes.age !== undefined || Object.keys(wishes.steps).length > 0
  const known = needs ? await directions() : undefined
  for (const [name, by] of Object.entries(wishes.steps)) latent = move(latent, known![name as ScoreName].step, by)
  if (wishes.imported) {
    const { file, row, by } = wishes.imported
    latent = move(latent, importedDirection(file, run.setting.shape.styleDim, row), by)
  }
  if (wishes.age === undefined)
    return {
      latent,
      picture: await run.picture(latent),
      before,
      after: await run.look(latent),
      ...(known && { directions: known }),
    }
  const wanted = wishes.age === 'input' ? await run.inputAge() : before.age + wishes.age
  const { steps, seen } = await meetAge(run, (by) => move(latent, known!.age.step, by), wanted, known!.age)
  latent = move(latent, known!.age.step, steps)
  return {
    latent,
    picture: await run.picture(latent),
    before,
    after: seen,
    wantedAge: wanted,
    ageSteps: steps,
    directions: known!,
  }
}

/**
 * How many steps make a face as old as wanted: predicted ages are neither linear nor quite monotone, so the place is closed in on
 * between looks on either side of it, beginning where the regression says.
 */
async function meetAge(
  run: EditableRun,
  at: (steps: number) => Float32Array,
  wanted: number,
  { perStep }: Direction,
): Promise<{ steps: number; seen: Seen }> {
  const looks: { steps: number; seen: Seen }[] = []
  const look = async (steps: number) => {
    looks.push({ steps, seen: await run.look(at(steps)) })
    return looks.at(-1)!
  }
  const off = ({ seen }: { seen: Seen }) => seen.age - wanted
  const start = await look(0)
  const sign = Math.sign(-off(start)) * Math.sign(perStep)
  let near = start
  let far: typeof start | undefined
  for (let reach = 0.75; far === undefined && reach <= FARTHEST; reach += 0.75) {
    const next = await look(sign * reach)
    if (off(next) * off(start) <= 0) far = next
    else near = next
  }
  while (far && Math.min(Math.abs(off(near)), Math.abs(off(far))) > CLOSE && looks.length < MOST_LOOKS) {
    const middle = await look((near.steps + far.steps) / 2)
    if (off(middle) * off(far) <= 0) near = middle
    else far = middle
  }
  return looks.reduce((best, one) => (Math.abs(off(one)) < Math.abs(off(best)) ? one : best))
}

/** The run's face at −3 … +3 steps along a direction, and what each costs. */
export async function strip(
  run: EditableRun,
  step: Float32Array,
  layers?: readonly [number, number],
): Promise<{ by: number; picture: Bitmap; seen: Seen }[]> {
  const move = mover(run, layers)
  const out = []
  for (let by = -3; by <= 3; by++) {
    const latent = move(run.latent, step, by)
    out.push({ by, picture: await run.picture(latent), seen: await run.look(latent) })
  }
  return out
}

function mover({ setting: { shape } }: EditableRun, layers: readonly [number, number] = [0, shape.latents]) {
  return (latent: Float32Array, step: Float32Array, by: number): Float32Array => {
    const out = latent.slice()
    for (let layer = layers[0]; layer < layers[1]; layer++)
      for (let i = 0; i < step.length; i++) out[layer * shape.styleDim + i]! += by * step[i]!
    return out
  }
}

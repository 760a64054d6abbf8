/** Edits of a finished run: older, younger, smiling, turned; the face of the run all the same. */
import type { ScoreName } from '../../../features/face-scores.ts'
import type { Bitmap } from '../../../images/bitmap.ts'
import { importedDirection } from './direction-file.ts'
import type { Directions } from './directions.ts'
import type { EditableRun, Seen } from './edited.ts'
import { meetAge, mover } from './move.ts'

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

export async function edit(run: EditableRun, wishes: Wishes, directions: () => Promise<Directions>): Promise<Edited> {
  const move = mover(run.setting.shape, wishes.layers)
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
  const { step, perStep } = known!.age
  const { steps, seen } = await meetAge((by) => run.look(move(latent, step, by)), wanted, perStep)
  latent = move(latent, step, steps)
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

/** The run's face at −3 … +3 steps along a direction, and what each costs. */
export async function strip(
  run: EditableRun,
  step: Float32Array,
  layers?: readonly [number, number],
): Promise<{ by: number; picture: Bitmap; seen: Seen }[]> {
  const move = mover(run.setting.shape, layers)
  const out = []
  for (let by = -3; by <= 3; by++) {
    const latent = move(run.latent, step, by)
    out.push({ by, picture: await run.picture(latent), seen: await run.look(latent) })
  }
  return out
}

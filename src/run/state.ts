/**
 * Tensors of a run on disk: the codes it starts from and ends with, and the state from which it continues.
 *
 * All three are plain safetensors, so that any tool of the field opens them: `latent` [layers, width], `noise/0` … and
 * `camera/<name>`. A state holds besides what the optimizer keeps, and its step and draws in the metadata.
 */
import { basename, dirname } from 'node:path'
import { CheckpointError } from '../checkpoint/errors.ts'
import { openSafetensors, writeSafetensors } from '../checkpoint/safetensors.ts'
import { atPath, RunFolderError } from './errors.ts'
import { inside, isInside } from './inside.ts'

/** Numbers with a shape. */
export interface NamedTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Tensors by name. */
export type Tensors = Readonly<Record<string, NamedTensor>>

/** What an optimization keeps between steps. */
export interface SavedState {
  /** Steps taken, over all stages. */
  readonly step: number
  readonly tensors: Tensors
  /** Whatever else the loop needs to go on: counters of draws, the stage. */
  readonly notes: Readonly<Record<string, string>>
}

/** Writes tensors, whole or not at all. */
export function writeTensors(path: string, tensors: Tensors, notes: Readonly<Record<string, string>> = {}): void {
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => [
    name,
    { dtype: 'F32' as const, shape, data },
  ])
  atPath(path, () => writeSafetensors(inside(dirname(path), basename(path)), Object.fromEntries(entries), notes))
}

/** Saves a state. The last one stays until the new one is whole. */
export function saveState(path: string, state: SavedState): void {
  writeTensors(path, state.tensors, { ...state.notes, step: String(state.step), format: 'rephoto-state-1' })
}

/** Loads a saved state; undefined where none was saved yet. */
export function loadState(path: string): SavedState | undefined {
  if (!isInside(dirname(path), basename(path))) return undefined
  const file = opened(path)
  try {
    const { format, step: stepText, ...notes } = file.metadata
    const step = Number(stepText)
    if (format !== 'rephoto-state-1' || !Number.isSafeInteger(step) || step < 0) {
      throw new RunFolderError(
        `${path}: expected the state of a run, found another safetensors file; start the run anew`,
      )
    }
    const tensors = Object.fromEntries(
      file.keys().map((name) => [name, { shape: file.shape(name), data: file.read(name) }]),
    )
    return { step, tensors, notes }
  } catch (error) {
    throw startAnew(error)
  } finally {
    file.close()
  }
}

function opened(path: string) {
  try {
    return atPath(path, () => openSafetensors(path), 'read')
  } catch (error) {
    throw startAnew(error)
  }
}

function startAnew(error: unknown): unknown {
  if (!(error instanceof CheckpointError)) return error
  return new RunFolderError(`${error.message}; start the run anew`, { cause: error })
}

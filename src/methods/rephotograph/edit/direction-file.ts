/** Directions on disk: those of a generator, shipped with it or learned once and kept, and those that people bring. */
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openCheckpoint } from '../../../checkpoint/open.ts'
import { openSafetensors, writeSafetensors } from '../../../checkpoint/safetensors.ts'
import { scoreNames } from '../../../features/face-scores.ts'
import { cacheFolder } from '../../../models/places.ts'
import { RunFolderError } from '../../../run/errors.ts'
import { type Direction, type Directions, SAMPLES } from './directions.ts'

/** Of another form, or learned otherwise: learned anew. */
const FORMAT = `rephoto-directions-2, ${SAMPLES} samples`

/** Where those of a generator are kept. @param sha256 of its weights */
export function keptDirections(sha256: string): string {
  return join(cacheFolder(), 'directions', `${sha256.slice(0, 32)}.safetensors`)
}

/** Undefined where there are none of this form and this generator. @param generator SHA-256 of its weights */
export function readDirections(path: string, generator: string): Directions | undefined {
  if (!existsSync(path)) return undefined
  const file = openSafetensors(path)
  try {
    if (file.metadata.format !== FORMAT || file.metadata.generator !== generator) return undefined
    const facts = JSON.parse(file.metadata.facts ?? '{}') as Record<string, { perStep: number; r2: number }>
    const all = scoreNames.map((name): [string, Direction] => [name, { step: file.read(name), ...facts[name]! }])
    return Object.fromEntries(all) as Directions
  } finally {
    file.close()
  }
}

/** @param generator SHA-256 of the weights that they are of */
export function writeDirections(path: string, directions: Directions, generator: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const facts = Object.fromEntries(Object.entries(directions).map(([name, { perStep, r2 }]) => [name, { perStep, r2 }]))
  const tensors = Object.entries(directions).map(([name, { step }]) => [
    name,
    { dtype: 'F32' as const, shape: [step.length], data: step },
  ])
  writeSafetensors(path, Object.fromEntries(tensors), {
    format: FORMAT,
    generator,
    facts: JSON.stringify(facts),
  })
}

/**
 * A direction of others: InterFaceGAN's file of one row, GANSpace's principal components (`comp`, each times its deviation `std`), or any
 * tensor whose rows have the latent's width.
 * @param row which of several rows, from 0
 * @throws RunFolderError where the file has none that fits
 */
export function importedDirection(path: string, width: number, row = 0): Float32Array {
  const file = openCheckpoint(path)
  try {
    const fitting = file.keys().filter((name) => file.shape(name).at(-1) === width)
    const key = fitting.find((name) => name.endsWith('comp')) ?? fitting[0]
    if (key === undefined) {
      const seen = file.keys().map((name) => `${name} [${file.shape(name).join(', ')}]`)
      throw new RunFolderError(
        `${path}: expected a direction of ${width} numbers, the width of this generator's latents; found ${seen.slice(0, 3).join(', ') || 'nothing'}`,
      )
    }
    const data = file.read(key)
    const rows = data.length / width
    if (row >= rows) throw new RunFolderError(`${path}: expected a row below ${rows}, found ${row}`)
    const deviation = file.has('std') ? (file.read('std')[row] ?? 1) : 1
    return data.slice(row * width, (row + 1) * width).map((v) => v * deviation)
  } finally {
    file.close()
  }
}

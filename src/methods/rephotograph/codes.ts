/**
 * Codes of a portrait on disk: `latent` [layers, width], `noise/0` …, `camera/<stage>.<name>`, and of a tuned
 * generator its weights `generator/<key>`. Written as safetensors;
 * read from those, from .npy, and from the .pt files of the reference, which by a slip of its code hold only the
 * first of the noise maps.
 */
import { openCheckpoint } from '../../checkpoint/open.ts'
import type { WeightStore } from '../../checkpoint/store.ts'
import type { GeneratorShape } from '../../generator/stylegan2.ts'
import type { ArrayTensors } from '../../optimize/problem.ts'
import { RunFolderError } from '../../run/errors.ts'
import { type Tensors, writeTensors } from '../../run/state.ts'
import { TUNED } from './tune/generator.ts'

/** Where an optimization stands, as arrays. */
export interface PortraitCodes {
  readonly latent: Float32Array
  readonly noise: readonly Float32Array[]
  readonly camera: Readonly<Record<string, readonly number[]>>
  /** Weights of a generator that was tuned, by name: "generator/<key>". */
  readonly generator?: ArrayTensors
  /** What was done to them besides, for who opens the file: its metadata. */
  readonly notes?: Readonly<Record<string, string>>
}

/** Writes codes as safetensors. */
export function writeCodes(path: string, codes: PortraitCodes, shape: GeneratorShape): void {
  const { latent, noise, camera } = codes
  const tensors: Record<string, Tensors[string]> = { latent: { shape: [shape.latents, shape.styleDim], data: latent } }
  noise.forEach((data, i) => {
    const side = shape.noiseSides[i]!
    tensors[`noise/${i}`] = { shape: [1, 1, side, side], data }
  })
  for (const [name, values] of Object.entries(camera)) {
    tensors[`camera/${name}`] = { shape: [values.length], data: Float32Array.from(values) }
  }
  Object.assign(tensors, codes.generator)
  writeTensors(path, tensors, { format: 'rephoto-codes-1', ...codes.notes })
}

/** Reads a latent; one row is repeated for all layers. */
export function readLatent(path: string, { latents, styleDim }: GeneratorShape): Float32Array {
  return withStore(path, (store) => {
    const key = ['latent', 'array', 'latent_in', 'w'].find((name) => store.has(name))
    if (key === undefined)
      throw wrong(path, 'a tensor "latent"', `only ${store.keys().slice(0, 5).join(', ') || 'nothing'}`)
    const data = store.read(key)
    if (data.length === latents * styleDim) return data
    if (data.length !== styleDim)
      throw wrong(path, `a latent [${latents}, ${styleDim}]`, `[${store.shape(key).join(', ')}]`)
    const all = new Float32Array(latents * styleDim)
    for (let layer = 0; layer < latents; layer++) all.set(data, layer * styleDim)
    return all
  })
}

/** Reads the noise maps that a file has, in the generator's order; undefined for each that it lacks. */
export function readNoise(path: string, { noiseSides }: GeneratorShape): (Float32Array | undefined)[] {
  return withStore(path, (store) => {
    const maps = noiseSides.map((side, i) => {
      const names = [`noise/${i}`, `noise.${i}`, `noises.noise_${i}`, ...(i === 0 ? ['noise', 'array'] : [])]
      const key = names.find((name) => store.has(name))
      if (key === undefined) return undefined
      const data = store.read(key)
      if (data.length !== side * side) {
        throw wrong(path, `noise map ${i} of ${side}×${side}`, `"${key}" [${store.shape(key).join(', ')}]`)
      }
      return data
    })
    if (maps.some((map) => map !== undefined)) return maps
    throw wrong(path, 'noise maps "noise/0" …', `only ${store.keys().slice(0, 5).join(', ') || 'nothing'}`)
  })
}

/** All codes that a run ended with. @param camera names of the camera's parameters, in the order of the stages */
export function readCodes(path: string, shape: GeneratorShape, camera: readonly string[]): PortraitCodes {
  const noise = readNoise(path, shape)
  const lacking = noise.indexOf(undefined)
  if (lacking >= 0) throw wrong(path, `noise map ${lacking}`, 'none')
  const generator = readTuned(path)
  return {
    latent: readLatent(path, shape),
    noise: noise as Float32Array[],
    camera: withStore(path, (store) =>
      Object.fromEntries(camera.map((name) => [name, [...store.read(`camera/${name}`)]])),
    ),
    ...(generator && { generator }),
  }
}

/** The weights of a tuned generator; undefined where a file has none. */
export function readTuned(path: string): ArrayTensors | undefined {
  return withStore(path, (store) => {
    const names = store.keys().filter((name) => name.startsWith(TUNED))
    if (names.length === 0) return undefined
    return Object.fromEntries(names.map((name) => [name, { shape: store.shape(name), data: store.read(name) }]))
  })
}

function withStore<T>(path: string, read: (store: WeightStore) => T): T {
  const file = openCheckpoint(path)
  try {
    return read(file)
  } finally {
    file.close()
  }
}

function wrong(path: string, expected: string, found: string): RunFolderError {
  return new RunFolderError(`${path}: expected ${expected}, found ${found}`)
}

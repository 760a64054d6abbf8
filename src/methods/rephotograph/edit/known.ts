/** The directions of a generator: learned once, then kept. */
import { sha256File } from '../../../run/hash.ts'
import type { Setting } from '../setting.ts'
import { keptDirections, readDirections, writeDirections } from './direction-file.ts'
import { type Directions, learnDirections, SAMPLES } from './directions.ts'

/** Every so many samples are told: learning takes minutes. */
const TOLD_SAMPLES = 200

/** @param tell hears, where they have to be learned, how far that is: of how many faces */
export async function directionsFor(setting: Setting, tell: (done: number, all: number) => void): Promise<Directions> {
  const path = keptDirections(sha256File(setting.pack.path('stylegan2')))
  const known = readDirections(path)
  if (known) return known
  tell(0, SAMPLES)
  const learned = await learnDirections(setting, (done) => {
    if (done % TOLD_SAMPLES === 0) tell(done, SAMPLES)
  })
  writeDirections(path, learned)
  return learned
}

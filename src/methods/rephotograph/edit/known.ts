/** The directions of a generator: those of its pack, or else learned once and kept. */
import { dirname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { makeFolders } from '../../../checkpoint/folders.ts'
import { FolderInUseError } from '../../../run/errors.ts'
import { sha256File } from '../../../run/hash.ts'
import { type FolderLock, lockFolder } from '../../../run/lock.ts'
import type { Setting } from '../setting.ts'
import { keptDirections, readDirections, writeDirections } from './direction-file.ts'
import { type Directions, learnDirections, SAMPLES } from './directions.ts'

/** Every so many samples are told: learning takes minutes. */
const TOLD_SAMPLES = 200

/** How often who waits for another process that learns them looks again, in milliseconds. */
const PATIENCE = 500

/** @param tell hears, where they have to be learned, how far that is: of how many faces */
export async function directionsFor(setting: Setting, tell: (done: number, all: number) => void): Promise<Directions> {
  const { pack } = setting
  const generator = sha256File(pack.path('stylegan2'))
  // Whoever imports another generator into a pack has other directions than the pack.
  const shipped = pack.has('directions') ? readDirections(pack.path('directions'), generator) : undefined
  if (shipped) return shipped
  const path = keptDirections(generator)
  for (;;) {
    const known = readDirections(path, generator)
    if (known) return known
    // The runs of a sweep ask at once: one learns, the others wait.
    const lock = lockUnlessHeld(dirname(path))
    if (lock) {
      try {
        return readDirections(path, generator) ?? (await learned(setting, path, generator, tell))
      } finally {
        lock.release()
      }
    }
    await setTimeout(PATIENCE)
  }
}

async function learned(
  setting: Setting,
  path: string,
  generator: string,
  tell: (done: number, all: number) => void,
): Promise<Directions> {
  tell(0, SAMPLES)
  const directions = await learnDirections(setting, (done) => {
    if (done % TOLD_SAMPLES === 0) tell(done, SAMPLES)
  })
  writeDirections(path, directions, generator)
  return directions
}

function lockUnlessHeld(folder: string): FolderLock | undefined {
  makeFolders(folder)
  try {
    return lockFolder(folder, 'cache')
  } catch (error) {
    if (error instanceof FolderInUseError) return undefined
    throw error
  }
}

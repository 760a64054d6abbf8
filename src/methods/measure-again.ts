/** A finished run measured anew: with metrics of a later version, or by networks that its pack does not have. */
import { resolve } from 'node:path'
import { type LoadedPack, loadPack } from '../models/load.ts'
import { checkWeightsBinding } from '../run/binding.ts'
import { readRunConfig } from '../run/config.ts'
import { RunFolderError } from '../run/errors.ts'
import { checkRunFolder } from '../run/folder.ts'
import { lockFolder } from '../run/lock.ts'
import { readManifest } from '../run/manifest.ts'
import type { Metrics } from '../run/metrics.ts'
import { methods } from './methods.ts'
import { writeReport } from './readers.ts'
import { sameDevice, weightFiles } from './runner.ts'

export interface MeasureOptions {
  /** A pack whose networks judge as well: ArcFace, LPIPS with its VGG16. */
  readonly judges?: string | undefined
  readonly warn?: (message: string) => void
}

/**
 * Writes metrics.json and the report of a run anew.
 *
 * @throws RunFolderError for a run that is not complete, one whose weights are others now, one of a method that measures only while it
 *   works
 */
export async function measureAgain(folder: string, { judges, warn = () => {} }: MeasureOptions = {}): Promise<Metrics> {
  const place = resolve(folder)
  checkRunFolder(place)
  const lock = lockFolder(place, 'run')
  let judging: LoadedPack | undefined
  try {
    const manifest = readManifest(place)
    const method = methods.ofRun(manifest, place)
    if (manifest.status !== 'complete')
      throw new RunFolderError(
        `${folder}: expected a complete run, found one that is ${manifest.status}; finish it with rephoto resume`,
      )
    const { document } = readRunConfig(place, method, manifest.pack.size ?? 0)
    const loaded = await method.load()
    if (!loaded.measureAgain)
      throw new RunFolderError(
        `${folder}: expected a run that can be measured anew, found one of ${method.name}, which measures what it has in all bits while it works; make it again`,
      )
    const config = { ...document, threads: manifest.threads, ...sameDevice(manifest) }
    const job = loaded.open(config)
    try {
      // What came to the pack since is welcome.
      const known = new Set(manifest.pack.files.map(({ name }) => name))
      checkWeightsBinding(
        manifest,
        weightFiles(job).filter(({ name }) => known.has(name)),
      )
    } finally {
      job.close()
    }
    judging = judges === undefined ? undefined : loadPack(judges)
    const metrics = await loaded.measureAgain(config, { folder: place, warn }, judging)
    await writeReport(place)
    return metrics
  } finally {
    judging?.close()
    lock.release()
  }
}

/** The end of a batch: photographs with all their faces in them, and the page. */
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { countedFaces } from '../align/face.ts'
import { findFaces } from '../align/face-turn.ts'
import { numberedFaces } from '../align/numbered.ts'
import { makeFolders } from '../checkpoint/folders.ts'
import { openPicture } from '../images/read.ts'
import { methods } from '../methods/methods.ts'
import { pasteRuns } from '../methods/whole.ts'
import { atPath } from '../run/errors.ts'
import { runName, writeText } from '../run/folder.ts'
import { folderInside, isInside } from '../run/inside.ts'
import { readManifest } from '../run/manifest.ts'
import { writeRunPicture } from '../run/pictures.ts'
import { reasonOf } from '../text/visible.ts'
import { type BatchEntry, batchPage } from './batch-page.ts'
import type { BatchPhoto } from './experiment.ts'
import { type SweepIndex, sweepFile } from './folder.ts'

/** Folder of the photographs that hold several results. */
const WHOLE = 'whole'
/** Longest side of the picture with numbers. */
const NUMBERED_SIDE = 1600

/** Writes whole/<photo>.png of photographs with several faces, and report.html. @returns the page */
export async function concludeBatch(
  folder: string,
  index: SweepIndex,
  photos: readonly BatchPhoto[],
  name: string,
): Promise<string> {
  const entries: BatchEntry[] = []
  for (const photo of photos) {
    const runs = photo.runs.flatMap((run) => index.runs.find((entry) => entry.name === run) ?? [])
    const complete = runs.filter(({ status }) => status === 'complete').map((run) => run.name)
    let remark: string | undefined
    try {
      if (photo.runs.length > 1 && complete.length > 0) await putTogether(folder, photo, complete)
    } catch (error) {
      remark = `its faces were not put together: ${reasonOf(error)}`
    }
    entries.push({ photo, runs, ...togetherOf(folder, photo), ...(remark === undefined ? {} : { remark }) })
  }
  writeText(join(folder, runName.report), await batchPage(folder, name, entries))
  return join(folder, runName.report)
}

async function putTogether(folder: string, photo: BatchPhoto, runs: readonly string[]): Promise<void> {
  const places = runs.map((run) => sweepFile.run(folder, run))
  if (!places.every((place) => isInside(place, runName.picture('outline')))) return
  const names = { whole: `${WHOLE}/${photo.name}.png`, numbered: `${WHOLE}/${photo.name}-faces.png` }
  const above = folderInside(folder, WHOLE)
  atPath(folder, () => makeFolders(above))
  // Made of fewer or of earlier runs it is made anew.
  const ofRuns = Math.max(...places.map((place) => statSync(join(place, runName.manifest)).mtimeMs))
  const isNew = isInside(folder, names.whole) && statSync(join(folder, names.whole)).mtimeMs > ofRuns
  if (isNew && isInside(folder, names.numbered)) return
  const opened = await openPicture(photo.path)
  const whole = await pasteRuns(opened, places, (manifest, place) => methods.ofRun(manifest, place))
  await writeRunPicture(folder, names.whole, whole, opened.metadata)
  const { turn } = readManifest(places[0]!).crop ?? { turn: 0 as const }
  const { faces } = await findFaces(opened.bitmap, turn)
  const doubtful = places.some((place) => readManifest(place).crop?.doubt !== undefined)
  const counted = countedFaces(faces, { doubt: doubtful ? 'accept' : 'refuse' })
  await writeRunPicture(
    folder,
    names.numbered,
    await numberedFaces(opened.bitmap, { turn, faces: counted }, NUMBERED_SIDE),
  )
}

/** Names of what was put together of a photograph, in the folder of its batch. */
function togetherOf(folder: string, { name }: BatchPhoto): { readonly whole?: string; readonly numbered?: string } {
  const [whole, numbered] = [`${WHOLE}/${name}.png`, `${WHOLE}/${name}-faces.png`]
  return {
    ...(existsSync(join(folder, whole)) && { whole }),
    ...(existsSync(join(folder, numbered)) && { numbered }),
  }
}

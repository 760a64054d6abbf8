/** A run as an event file of TensorBoard: losses and camera of every step, frames and pictures, metrics, and the config as hyperparameters. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { atPath } from '../../run/errors.ts'
import { frameSteps, runFile, runName } from '../../run/folder.ts'
import { inside, isInside } from '../../run/inside.ts'
import { type LossRow, readLosses } from '../../run/losses.ts'
import type { RunEntry } from '../entry.ts'
import { nameOf } from '../find.ts'
import {
  fileVersion,
  type Hyperparameter,
  hyperparameters,
  images,
  type StepPicture,
  scalars,
  sessionEnd,
} from './event.ts'
import { recordOf } from './record.ts'

/** Pictures of a run that are put beside its frames, where it has them. */
const LAST = ['result', 'sibling', 'target', 'degraded', 'aligned', 'content', 'style', 'whole']

/** The file whole; made anew from the same run it has the same bytes. */
export function eventFile(run: RunEntry): Buffer {
  const { folder, manifest, metrics, status } = run
  const began = Date.parse(manifest.created) / 1000
  const took = Object.values(manifest.timings).reduce((sum, one) => sum + one, 0)
  const losses = isInside(folder, runName.losses) ? readLosses(runFile.losses(folder)) : []
  const last = losses.at(-1)?.step ?? 0
  /** Times of steps are not kept: they are spread evenly over the run. */
  const at = (step: number) => began + (last === 0 ? took : (took * step) / last)
  const events = [fileVersion(began), hyperparameters(began, nameOf(run), hyperparametersOf(run))]
  for (const row of losses) events.push(scalars(at(row.step), row.step, scalarsOf(row)))
  for (const step of frameSteps(folder)) {
    const picture = pictureOf('optimization', inside(folder, runName.frame(step)))
    if (picture) events.push(images(at(step), step, [picture]))
  }
  const pictures = LAST.flatMap((name) => {
    const file = `${name}.png`
    return isInside(folder, file) ? (pictureOf(name, inside(folder, file)) ?? []) : []
  })
  if (pictures.length > 0) events.push(images(at(last), last, pictures))
  const known = Object.entries(metrics).filter((entry): entry is [string, number] => entry[1] !== null)
  if (known.length > 0) {
    const values = Object.fromEntries(known.map(([key, value]) => [`metrics/${key}`, value]))
    events.push(scalars(at(last), last, values))
  }
  const ended = status === 'complete' ? 'success' : status === 'running' ? 'running' : 'failure'
  events.push(sessionEnd(began + took, ended))
  return Buffer.concat(events.map(recordOf))
}

/** Its name: TensorBoard looks for "tfevents" in it. */
export function eventFileName({ manifest }: RunEntry): string {
  return `events.out.tfevents.${Math.floor(Date.parse(manifest.created) / 1000)}.rephoto`
}

function scalarsOf({ losses, camera }: LossRow): Record<string, number> {
  const values: Record<string, number> = { 'loss/total': losses.total }
  for (const [name, { raw, weighted }] of Object.entries(losses.terms)) {
    values[`loss/${name}`] = raw
    values[`weighted/${name}`] = weighted
  }
  for (const [name, value] of Object.entries(camera)) values[`camera/${name}`] = value
  return values
}

/** What the HParams page can show: numbers, yes and no, and text; lists as JSON. Files are told by name. */
function hyperparametersOf({ config, manifest }: RunEntry): Record<string, Hyperparameter> {
  const values: Record<string, Hyperparameter> = {
    method: manifest.method ?? 'rephotograph',
    input: manifest.input.name,
  }
  for (const [key, value] of config) {
    if (key === 'method' || key === 'input' || value === null || value === undefined) continue
    values[key] = typeof value === 'object' ? JSON.stringify(value) : (value as Hyperparameter)
  }
  return values
}

/** Sides and channels stand in a PNG's first chunk. Undefined for what is none. */
function pictureOf(name: string, path: string): StepPicture | undefined {
  const png = atPath(path, () => readFileSync(path), 'read')
  if (png.length < 26 || png.toString('latin1', 12, 16) !== 'IHDR') return undefined
  const channels = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 }[png[25]!] ?? 3
  return { name, width: png.readUInt32BE(16), height: png.readUInt32BE(20), channels, png }
}

/** Where the file of a run goes below a folder of logs: a folder of its own, by which TensorBoard names it. */
export function logFolder(logs: string, run: RunEntry): string {
  return join(logs, nameOf(run))
}

/**
 * A run from end to end, whatever its method: prepare → work → write → measure → report. The command line is one user of these
 * functions; nothing here prints.
 *
 * A run folder is made only for a picture that can be read, and removed again when nothing came of it (no face, say).
 * From then on everything that was reached is kept, and the manifest says how far that is.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { basename, resolve } from 'node:path'
import { ConfigError, type Fragment } from '../config/index.ts'
import { devices } from '../engine/executable.ts'
import { memoryProblem } from '../engine/memory.ts'
import { ON_WHITE, type OpenedPicture, openPicture } from '../images/read.ts'
import { writeReport } from '../report/write.ts'
import { bind, checkConfigBinding, checkPrepared, checkWeightsBinding, preparedHashes } from '../run/binding.ts'
import { readRunConfig } from '../run/config.ts'
import { savedState } from '../run/descent-record.ts'
import { commit, machine, versions } from '../run/environment.ts'
import { RunFolderError } from '../run/errors.ts'
import type { RunObserver } from '../run/events.ts'
import { checkRunFolder, createRunFolder, discard, removePartial, runFile, sweepRun, writeText } from '../run/folder.ts'
import { sha256File } from '../run/hash.ts'
import { type FolderLock, inUse, lockFolder } from '../run/lock.ts'
import { earlierWriter, type HashedFile, type Manifest, readManifest, type SweepMark } from '../run/manifest.ts'
import type { Metrics } from '../run/metrics.ts'
import { ownProcess } from '../run/process-identity.ts'
import { openRecord, type RunRecord } from '../run/record.ts'
import type { Job, Method } from './method.ts'
import { methodOf, methods } from './methods.ts'
import { finishPictures } from './whole.ts'

/** What to do, and where. */
export interface RunOptions {
  /** A config, as in a file; it must name the input. */
  readonly config: Fragment
  /** Folder of the run, new or empty; default: reports/<name of the input>, numbered if taken. */
  readonly out?: string
  /** The sweep that the run is part of, for its manifest; its report then leaves plots to the comparison. */
  readonly sweep?: SweepMark
}

/** What came of a run. */
export interface RunResult {
  readonly folder: string
  /** 'partial' when the signal stopped it. */
  readonly status: 'complete' | 'partial'
  readonly stepsDone: number
  readonly stepsTotal: number
  readonly files: { readonly report: string; readonly result: string }
  /** What was measured at the end of a complete run, by the keys of metrics.json. */
  readonly metrics?: Metrics
  /** The same in one line, the few that say most. */
  readonly summary?: string
}

/**
 * Carries out a config.
 *
 * @param observer hears how it goes
 * @param signal ends the run after the step it is at, in order
 * @throws one of this package's errors, its message one line: what was expected, what was found, what to do
 */
export async function run(
  { config: given, out, sweep }: RunOptions,
  observer: RunObserver = () => {},
  signal?: AbortSignal,
): Promise<RunResult> {
  const { input } = given
  const method = methodOf(given)
  if (typeof input !== 'string') {
    throw new ConfigError('expected a picture, found none; name it in the config or on the command line', {
      path: 'input',
    })
  }
  const picture = await openPicture(input)
  const { settle, open } = await method.load()
  const { fragment, guess, notes } = await settle(given, picture.bitmap)
  const job = open(fragment)
  try {
    const { folder, made } = createRunFolder(out, input)
    const lock = lockFolder(folder, 'run')
    try {
      const { document } = job.plan
      writeText(runFile.config(folder), `${JSON.stringify(document, null, 2)}\n`)
      const manifest = { ...newManifest(method, job, input, picture), binding: bind(document, method.config) }
      if (sweep) manifest.sweep = sweep
      if (guess) manifest.guess = guess
      const record = openRecord(folder, manifest, observer, lock, method.phases)
      const remarks = picture.remarks.filter((remark) => !(method.keepsAlpha && remark === ON_WHITE))
      for (const remark of remarks) record.warn(`${basename(input)}: ${remark}`)
      for (const note of notes) record.warn(note)
      const cores = availableParallelism()
      if (job.threads > cores)
        record.warn(`${job.threads} threads on ${cores} cores wait for one another; threads: 0 takes one for each`)
      return await carryThrough(method, job, record, () => prepare(method, job, record, picture), signal)
    } catch (error) {
      if (!(error instanceof Kept)) discard(folder, made)
      throw error instanceof Kept ? error.cause : error
    } finally {
      lock.release()
    }
  } finally {
    job.close()
  }
}

/**
 * Continues a run that was stopped, killed or failed. It ends byte for byte like one that was not interrupted.
 *
 * @throws RunFolderError when there is nothing to continue, or when its input or weights have changed since
 */
export async function resumeRun(
  folder: string,
  observer: RunObserver = () => {},
  signal?: AbortSignal,
): Promise<RunResult> {
  const place = resolve(folder)
  checkRunFolder(place)
  // A first look, without a lock: what is no run, or complete, may lie where nothing can be written.
  unfinished(folder, readManifest(place))
  const lock = lockFolder(place, 'run')
  try {
    const manifest = unfinished(folder, readManifest(place))
    // Of a run of an earlier version, which has no lock.
    const writer = earlierWriter(place, manifest)
    if (writer) throw inUse(place, 'run', writer)
    return await goOn(place, manifest, lock, observer, signal)
  } finally {
    lock.release()
  }
}

function unfinished(folder: string, manifest: Manifest): Manifest {
  if (manifest.status !== 'complete') return manifest
  throw new RunFolderError(
    `${folder}: expected an unfinished run, found a complete one; start another with rephoto run`,
  )
}

async function goOn(
  place: string,
  manifest: Manifest,
  lock: FolderLock,
  observer: RunObserver,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  const method = methods.ofRun(manifest, place)
  const { document } = readRunConfig(place, method, manifest.pack.size ?? 0)
  // Before the pack is opened: of a config that was edited the keys are named, whatever else is amiss.
  const begun = manifest.stages.map(({ steps }) => steps)
  if (manifest.binding) checkConfigBinding(place, manifest, document, begun, method.config)
  // Sums are split by threads: the same result needs as many as before, and the same device.
  const { open } = await method.load()
  const job = open({ ...document, threads: manifest.threads, ...sameDevice(manifest) })
  try {
    checkConfigBinding(
      place,
      manifest,
      document,
      job.plan.stages.map(({ steps }) => steps),
      method.config,
    )
    checkWeightsBinding(manifest, weightFiles(job))
    const unchecked = checkInput(manifest, document)
    if (manifest.binding?.prepared) checkPrepared(place, manifest.binding.prepared)
    // Before anything is written: a broken state leaves the run as it was.
    savedState(place, manifest, totalSteps(job))
    sweepRun(place)
    manifest.resumed++
    const record = openRecord(place, manifest, observer, lock, method.phases)
    if (unchecked !== undefined) record.warn(unchecked)
    return await carryThrough(method, job, record, () => prepareAgain(method, job, record), signal)
  } catch (error) {
    throw error instanceof Kept ? error.cause : error
  } finally {
    job.close()
  }
}

/** Carries the error of a run whose folder is worth keeping. */
class Kept extends Error {
  constructor(cause: unknown) {
    super('kept', { cause })
  }
}

async function carryThrough(
  method: Method,
  job: Job,
  record: RunRecord,
  begin: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<RunResult> {
  await begin()
  try {
    const end = await job.work(record, signal)
    record.manifest.stepsDone = end.step
    const write = record.phase('write', () => job.write(record, end))
    // Where a loss was no number, the picture may be none either; the first of the two errors is the one to report.
    await (end.failure ? write.catch(() => {}) : write)
    const { input } = job.plan.config
    if (!end.failure && typeof input === 'string') await finishPictures(record, method, input, !end.finished)
    const metrics = end.finished ? await record.phase('measure', () => job.measure(record)) : undefined
    record.finish(end.failure ? 'failed' : end.finished ? 'complete' : 'partial', end.failure?.message)
    if (end.finished) removePartial(record.folder)
    const report = await writeReport(record.folder, methods, {
      plots: !record.manifest.sweep || record.manifest.sweep.batch === true,
    })
    if (end.failure) throw end.failure
    const result = runFile.picture(record.folder, method.after, !end.finished)
    const { stepsDone, stepsTotal } = record.manifest
    const summary = metrics && method.summary(metrics)
    return {
      folder: record.folder,
      status: end.finished ? 'complete' : 'partial',
      stepsDone,
      stepsTotal,
      files: { report, result },
      ...(metrics && { metrics }),
      ...(summary === undefined ? {} : { summary }),
    }
  } catch (thrown) {
    const error = memoryProblem(thrown) ?? thrown
    if (record.manifest.status === 'running') fail(record, error)
    record.tell({ type: 'warning', message: `what was reached is kept in ${record.folder}` })
    throw new Kept(error)
  }
}

/** Writes down why a run failed, if that is still possible: the reason may be a full disk. */
function fail(record: RunRecord, error: unknown): void {
  try {
    record.finish('failed', error instanceof Error ? error.message : String(error))
  } catch {
    // The manifest stays 'running' with no process behind it, which reads as interrupted: also true.
  }
}

async function prepare(method: Method, job: Job, record: RunRecord, picture: OpenedPicture): Promise<void> {
  await job.prepare(record, picture.bitmap)
  record.prepared(preparedHashes(record.folder, method.preparedFiles))
}

async function prepareAgain(method: Method, job: Job, record: RunRecord): Promise<void> {
  const { folder, manifest } = record
  const { binding } = manifest
  // Where hashes are kept and these are missing, it was killed while it prepared.
  const isPrepared = !binding || (binding.prepared !== undefined && checkPrepared(folder, binding.prepared))
  if (isPrepared && (await job.prepared(record))) return
  const { input } = job.plan.config
  if (typeof input !== 'string' || !existsSync(input)) {
    throw new RunFolderError(
      `${input}: expected the picture that this run began with, found none; put it back, or start the run anew`,
    )
  }
  const picture = await openPicture(input)
  if (picture.sha256 !== manifest.input.sha256) throw anotherPicture(input, manifest.input.sha256, picture.sha256)
  await prepare(method, job, record, picture)
}

/** The picture must still be the one that the run began with. One that is gone is needed only before the optimization. */
function checkInput({ input: before }: Manifest, { input }: Fragment): string | undefined {
  if (typeof input !== 'string' || !existsSync(input))
    return `${input}: the picture is gone, so it could not be compared`
  const found = sha256File(input)
  if (found === before.sha256) return undefined
  throw anotherPicture(input, before.sha256, found)
}

function anotherPicture(input: string, before: string, found: string): RunFolderError {
  return new RunFolderError(
    `${input}: expected the picture that this run began with (sha256 ${before.slice(0, 12)}…), found another (${found.slice(0, 12)}…); put it back, or start the run anew`,
  )
}

/** What a run was begun on it is finished on, whatever 'auto' would choose today. */
export function sameDevice({ device }: Manifest): Fragment {
  const known = devices.find((name) => name === device)
  return known ? { device: known } : {}
}

/** Name and hash of the weight files that a run uses. */
export function weightFiles({ pack, plan }: Job): HashedFile[] {
  return plan.roles.map((role) => ({ name: role, sha256: sha256File(pack.path(role)) }))
}

function totalSteps({ plan }: Job): number {
  return plan.stages.reduce((sum, { steps }) => sum + steps, 0)
}

function newManifest(method: Method, job: Job, input: string, { bitmap, sha256 }: OpenedPicture): Manifest {
  const { plan, pack, threads, device } = job
  const { name, size, networks } = pack.pack
  return {
    format: 'rephoto-run',
    formatVersion: 1,
    method: method.name,
    status: 'running',
    created: new Date().toISOString(),
    versions: versions(),
    git: commit(),
    machine: machine(),
    process: ownProcess(),
    input: { name: basename(input), sha256, width: bitmap.width, height: bitmap.height },
    pack: {
      name,
      ...(size === undefined ? {} : { size }),
      licences: [...new Set(plan.roles.flatMap((role) => networks[role]?.licence ?? []))],
      files: weightFiles(job),
    },
    seed: plan.config.seed as number,
    device,
    threads,
    stages: plan.stages,
    stepsDone: 0,
    stepsTotal: totalSteps(job),
    timings: {},
    resumed: 0,
    warnings: [],
  }
}

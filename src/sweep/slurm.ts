/**
 * Makes the runs of a sweep on a Slurm cluster: submits them as job arrays and watches the sweep's folder, which all nodes
 * must see. The tasks do the same as the processes of a local sweep, so the two kinds of start can take turns.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeFolders } from '../checkpoint/folders.ts'
import { atPath } from '../run/errors.ts'
import { runFile, writeText } from '../run/folder.ts'
import { writeManifest } from '../run/manifest.ts'
import { reasonOf } from '../text/visible.ts'
import { SweepError } from './error.ts'
import type { SweepObserver } from './events.ts'
import { readOutcome, sweepFile, writeJson } from './folder.ts'
import type { Layout } from './layout.ts'
import { arrayScript, jobName, outputPattern } from './slurm-script.ts'
import type { Launcher, LaunchRecord } from './sweep.ts'
import type { Task } from './task.ts'
import { manifestAt } from './worker.ts'

const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))
/** Slurm's default MaxArraySize is 1001. */
const ARRAY_SIZE = 1000
const POLL_SECONDS = 2
/** Between the end of a task and its outcome being seen here lies a network file system. */
const GRACE_POLLS = 5

/** How a sweep is given to Slurm. */
export interface SlurmOptions {
  /** At most so many tasks at a time, of all arrays together; default: as many as the cluster gives. */
  readonly jobs?: number
  /** Whether to stay until all tasks have ended. */
  readonly wait: boolean
}

/** A launcher that submits job arrays. */
export function withSlurm(options: SlurmOptions, observer: SweepObserver, signal?: AbortSignal): Launcher {
  return async (layout, tasks, record) => {
    const { folder } = layout
    refuseSecond(folder)
    if (tasks.length === 0) return
    prepareAgain(folder, tasks)
    const jobs = submit(layout, tasks, options.jobs)
    observer({ type: 'note', message: `submitted ${tasks.length} tasks as job ${jobs.join(', ')}` })
    if (options.wait) await watch(folder, tasks, jobs, observer, record, signal)
  }
}

const jobsFile = (folder: string) => join(sweepFile.slurm(folder), 'jobs.json')

function refuseSecond(folder: string): void {
  const path = jobsFile(folder)
  const jobs = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as string[]) : []
  if (jobs.length === 0 || !anyQueued(jobs)) return
  throw new SweepError(
    `${folder}: expected no tasks of this sweep in the queue, found job ${jobs.join(', ')}; wait and use --collect, or end them with scancel`,
  )
}

/** What an earlier attempt says must not be taken for the new one's. No job of the sweep is left, so runs that say "running" are a killed task's, whatever node it was on. */
function prepareAgain(folder: string, tasks: readonly Task[]): void {
  for (const { name } of tasks) {
    rmSync(sweepFile.outcome(folder, name), { force: true })
    const place = sweepFile.run(folder, name)
    const manifest = manifestAt(place)
    if (manifest?.status !== 'running') continue
    rmSync(runFile.lock(place), { recursive: true, force: true })
    writeManifest(place, { ...manifest, status: 'partial' })
  }
}

function submit({ experiment, folder }: Layout, tasks: readonly Task[], jobs: number | undefined): string[] {
  const place = sweepFile.slurm(folder)
  for (const path of [place, join(folder, 'logs')]) atPath(path, () => makeFolders(path))
  const script = join(place, 'array.sh')
  const { name, threads, sbatch } = experiment
  writeText(script, arrayScript({ name, folder, threads, command: [process.execPath, bin] }))
  const ids: string[] = []
  for (let start = 0; start < tasks.length; start += ARRAY_SIZE) {
    const part = tasks.slice(start, start + ARRAY_SIZE)
    const list = join(place, `tasks-${start / ARRAY_SIZE}.txt`)
    writeText(list, `${part.map((task) => task.name).join('\n')}\n`)
    const array = `--array=0-${part.length - 1}${jobs === undefined ? '' : `%${jobs}`}`
    // A limit counts within one array only, so arrays that are to share it follow one another. Last, to win over the
    // experiment's options: what these wait for, the first array has waited for.
    const after = jobs === undefined || ids.length === 0 ? [] : [`--dependency=afterany:${ids.at(-1)}`]
    // Also here, for the script can't hold every name.
    const own = [`--job-name=${jobName(name)}`, `--output=${outputPattern(folder)}`]
    const printed = slurm('sbatch', ['--parsable', array, ...own, ...sbatch, ...after, script, list])
    ids.push(printed.trim().split(';')[0]!)
    // At once: should the next array be refused, this one is queued nevertheless.
    writeJson(folder, jobsFile(folder), ids)
  }
  return ids
}

async function watch(
  folder: string,
  tasks: readonly Task[],
  jobs: readonly string[],
  observer: SweepObserver,
  record: LaunchRecord,
  signal: AbortSignal | undefined,
): Promise<void> {
  const open = new Map(tasks.map((task) => [task.name, task]))
  const begun = new Map<string, number>()
  let grace = GRACE_POLLS
  while (open.size > 0) {
    const queued = anyQueued(jobs)
    for (const task of open.values()) look(task)
    if (!queued && grace-- <= 0) break
    if (signal?.aborted) {
      const advice = `the tasks go on; collect them with --collect, or end them with scancel ${jobs.join(' ')}`
      observer({ type: 'note', message: advice })
      return
    }
    if (open.size > 0) await new Promise((done) => setTimeout(done, POLL_SECONDS * 1000))
  }
  for (const { name, hash } of open.values()) {
    end(name, { hash, status: 'failed', error: `its task ended without a result; see ${folder}/logs/slurm-*` })
  }

  function look({ name, hash, continued }: Task): void {
    const outcome = readOutcome(folder, name, hash)
    const manifest = manifestAt(sweepFile.run(folder, name))
    if (manifest?.sweep?.hash === hash && !begun.has(name) && manifest.status !== 'partial') {
      begun.set(name, performance.now())
      record.started(name)
      observer({ type: 'start', name, continued })
    }
    if (outcome) end(name, outcome)
  }

  function end(name: string, outcome: Parameters<LaunchRecord['ended']>[1]): void {
    open.delete(name)
    record.ended(name, outcome)
    const seconds = (performance.now() - (begun.get(name) ?? performance.now())) / 1000
    const status = outcome.status === 'partial' ? 'waiting' : outcome.status
    observer({ type: 'end', name, status, seconds, ...(outcome.error === undefined ? {} : { error: outcome.error }) })
  }
}

/** Whether tasks of these jobs wait or run. */
function anyQueued(jobs: readonly string[]): boolean {
  try {
    return slurm('squeue', ['--noheader', `--jobs=${jobs.join(',')}`, '--format=%i']).trim() !== ''
  } catch (error) {
    // Slurm forgets jobs some minutes after their end.
    if (error instanceof SweepError && /invalid job id/iu.test(error.message)) return false
    throw error
  }
}

function slurm(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (cause) {
    const { code, stderr } = cause as NodeJS.ErrnoException & { stderr?: string }
    if (code === 'ENOENT') {
      throw new SweepError(`${command}: expected Slurm's commands in PATH, found none; use --launcher local`, { cause })
    }
    throw new SweepError(`${command}: ${reasonOf(stderr?.trim() || cause)}`, { cause })
  }
}

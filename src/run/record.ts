/**
 * The record of a run that is going on: its folder, its manifest kept up to date, and what it tells its observer.
 */
import { FolderInUseError } from './errors.ts'
import type { PhaseName, RunEvent, RunObserver } from './events.ts'
import type { FolderLock } from './lock.ts'
import { type Manifest, type RunStatus, writeManifest } from './manifest.ts'
import { ownProcess } from './process-identity.ts'

/** Keeps the manifest of a run. */
export interface RunRecord {
  readonly folder: string
  readonly manifest: Manifest
  /** Tells the observer. */
  tell(event: RunEvent): void
  /** Does a part of the run, announced and timed. */
  phase<T>(name: PhaseName, action: () => T | Promise<T>): Promise<T>
  /** Adds to the seconds of a part. */
  spent(name: PhaseName, seconds: number): void
  warn(message: string): void
  /** Writes down hashes of what the first half of the run has left. */
  prepared(hashes: Readonly<Record<string, string>>): void
  /** @throws FolderInUseError when another process has taken the run over: then nothing more may be written */
  checkHeld(): void
  /** Writes down how far the run is. */
  progress(stepsDone: number): void
  /** Writes down how the run ended. */
  finish(status: RunStatus, error?: string): void
}

/** Begins the record of a run, or takes it up again, under its lock. The manifest is written at once, as 'running'. */
export function openRecord(
  folder: string,
  manifest: Manifest,
  observer: RunObserver,
  lock: FolderLock,
  phases: Readonly<Record<string, string>> = {},
): RunRecord {
  const checkHeld = () => {
    if (lock.isHeld()) return
    throw new FolderInUseError(
      `${folder}: expected to be alone at this run, found that another process took it over while this one gave no sign of life; this one stops`,
    )
  }
  const save = () => {
    checkHeld()
    writeManifest(folder, manifest)
  }
  const spent = (name: PhaseName, seconds: number) => {
    manifest.timings[name] = Math.round(((manifest.timings[name] ?? 0) + seconds) * 1000) / 1000
  }
  manifest.status = 'running'
  manifest.process = ownProcess()
  delete manifest.error
  delete manifest.finished
  save()
  const tell = (event: RunEvent) => {
    const words = event.type === 'phase' ? phases[event.name] : undefined
    observer(event.type === 'phase' && words !== undefined ? { ...event, words } : event)
  }
  tell({ type: 'begin', folder, method: manifest.method ?? 'rephotograph' })
  return {
    folder,
    manifest,
    tell,
    async phase(name, action) {
      tell({ type: 'phase', name })
      const begin = performance.now()
      try {
        return await action()
      } finally {
        spent(name, (performance.now() - begin) / 1000)
      }
    },
    spent,
    checkHeld,
    prepared(hashes) {
      if (!manifest.binding) return
      manifest.binding.prepared = hashes
      save()
    },
    warn(message) {
      if (!manifest.warnings.includes(message)) manifest.warnings.push(message)
      observer({ type: 'warning', message })
    },
    progress(stepsDone) {
      manifest.stepsDone = stepsDone
      save()
    },
    finish(status, error) {
      manifest.status = status
      manifest.finished = new Date().toISOString()
      // Of the whole process: what the machine must have. Several runs in one process share its peak.
      const peak = Math.round(process.resourceUsage().maxRSS / 1024)
      manifest.peakMemoryMiB = Math.max(manifest.peakMemoryMiB ?? 0, peak)
      if (error !== undefined) manifest.error = error
      save()
    },
  }
}

/** Live pages of what goes on: of a run, and of a sweep. They hear what the progress line hears. */
import { join } from 'node:path'
import type { RunEvent } from '../run/events.ts'
import type { SweepEvent } from '../sweep/events.ts'
import type { SweepIndex } from '../sweep/folder.ts'
import { createHistory, type LiveMessage } from './history.ts'
import { livePage } from './page.ts'
import { type LiveCommand, startLiveServer } from './server.ts'

/** A page that is open for viewers. */
export interface Live<Event> {
  /** With the secret in it: whoever has it can look and stop. */
  readonly url: string
  hear(event: Event): void
  /** Says how it ended. @param report what the page becomes */
  end(status: string, report?: string, error?: string): void
  close(): Promise<void>
}

/** What a page can do to a run. */
export interface RunControls {
  pause(paused: boolean): void
  stop(): void
}

/** What a method shows of a run that begins. */
export interface Beginning {
  /** Name and title of the picture that it begins with. */
  readonly before: string
  readonly words: string
}

/** @param beginning by the name of the method */
export async function liveRun(
  title: string,
  controls: RunControls,
  beginning: (method: string) => Beginning,
): Promise<Live<RunEvent>> {
  const history = createHistory()
  let folder: string | undefined
  let report: string | undefined
  const server = await startLiveServer({
    history,
    page: () => livePage({ title, kind: 'run' }),
    folderOf: (run) => (run === '' ? folder : undefined),
    report: () => report,
    command(command: LiveCommand) {
      if (command === 'stop') controls.stop()
      else {
        controls.pause(command === 'pause')
        history.tell({ type: 'paused', paused: command === 'pause' })
      }
      return true
    },
  })
  return {
    url: server.url,
    hear(event) {
      // Where the folder lies is nobody's business but this machine's.
      if (event.type === 'begin') {
        folder = event.folder
        history.tell({ type: 'begin', ...beginning(event.method) })
      } else if (event.type === 'frame') history.tell({ type: 'frame', step: event.step }, 'frame')
      else history.tell(event as unknown as LiveMessage)
    },
    end(status, file, error) {
      report = file
      history.tell({ type: 'end', status, report: file !== undefined, ...(error === undefined ? {} : { error }) })
    },
    close: server.close,
  }
}

/** @param indexOf reads sweep.json of a folder */
export async function liveSweep(
  title: string,
  stop: () => void,
  indexOf: (folder: string) => SweepIndex | undefined,
): Promise<Live<SweepEvent>> {
  const history = createHistory()
  let folder: string | undefined
  let report: string | undefined
  const names = new Set<string>()
  const server = await startLiveServer({
    history,
    page: () => livePage({ title, kind: 'sweep' }),
    folderOf: (run) => (folder !== undefined && names.has(run) ? join(folder, 'runs', run) : undefined),
    report: () => report,
    command(command) {
      if (command !== 'stop') return false
      stop()
      return true
    },
  })
  return {
    url: server.url,
    hear(event) {
      if (event.type === 'plan') {
        folder = event.folder
        const index = indexOf(event.folder)
        if (!index) return
        for (const { name } of index.runs) names.add(name)
        history.tell({ type: 'plan', toDo: event.toDo, ...matrixOf(index) })
      } else if (event.type === 'run') {
        if (event.event.type === 'step') history.tell({ type: 'run', name: event.name, event: event.event }, event.name)
      } else if (event.type === 'end') history.tell({ ...event, type: 'run-end' })
      else history.tell(event)
    },
    end(status, file, error) {
      report = file
      history.tell({ type: 'end', status, report: file !== undefined, ...(error === undefined ? {} : { error }) })
    },
    close: server.close,
  }
}

/** Conditions across, inputs and seeds down. */
function matrixOf({ conditions, inputs, seeds, runs }: SweepIndex) {
  const places = inputs.flatMap(({ name }) => seeds.map((seed) => ({ name, seed })))
  return {
    conditions: conditions.map(({ name, label = name }) => label),
    rows: places.map(({ name, seed }) => (seeds.length > 1 ? `${name}, seed ${seed}` : name)),
    runs: runs.map(({ name, condition, input, seed, status }) => ({
      name,
      status,
      column: conditions.findIndex((one) => one.name === condition),
      row: places.findIndex((place) => place.name === input && place.seed === seed),
    })),
  }
}

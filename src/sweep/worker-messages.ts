/** What a sweep and the processes that make its runs tell each other, through the channel between them. */
import type { RunEvent } from '../run/events.ts'

/** What a process is told. It makes one run at a time; nothing is asked of it before it has said that the last ended. */
export type WorkerOrder =
  | {
      readonly type: 'make'
      readonly name: string
      /** What it writes to its output and to its error output when the run has ended: so far reaches the run's log. */
      readonly mark: string
    }
  /** The run at hand ends after the step that it is at. */
  | { readonly type: 'stop' }

/** What a run reports to its sweep; pictures stay in its own process. */
export type ReportedEvent = Exclude<RunEvent, { readonly type: 'frame' }>

/** What a process tells. How a run ended is in its file in `outcomes/`, which a crash does not take along. */
export type WorkerReport =
  | ReportedEvent
  | { readonly type: 'began' }
  | {
      readonly type: 'ended'
      /** Memory that the process holds now. */
      readonly residentMiB: number
    }

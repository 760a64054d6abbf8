/** What a sweep tells while it goes on; who listens decides how it is shown. */
import type { RunEvent } from '../run/events.ts'
import type { SweepStatus } from './folder.ts'

/** Everything that a sweep reports. */
export type SweepEvent =
  | { readonly type: 'note'; readonly message: string }
  /** The sweep is laid out; `toDo` runs are to be made, of `total`. */
  | {
      readonly type: 'plan'
      readonly total: number
      readonly complete: number
      readonly toDo: number
      /** Of the sweep; sweep.json in it says the rest. */
      readonly folder: string
    }
  | { readonly type: 'start'; readonly name: string; readonly continued: boolean }
  /** What a running one reports; pictures stay in its own process. */
  | { readonly type: 'run'; readonly name: string; readonly event: Exclude<RunEvent, { readonly type: 'frame' }> }
  | {
      readonly type: 'end'
      readonly name: string
      readonly status: SweepStatus
      readonly seconds: number
      readonly error?: string
    }

/** Hears what a sweep reports. */
export type SweepObserver = (event: SweepEvent) => void

/**
 * Which process it was: its number alone lives again as another's, and means nothing on another machine or in another container.
 * On Linux a process is told by its number, its start, and where the two count (the boot of the kernel and the namespace of process
 * numbers); elsewhere by its number and the host, and what that leaves open its signs of life must tell (lock.ts).
 */
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isRunning } from '../checkpoint/atomic.ts'

/** A process, as it is written down. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Where numbers and starts of processes count; absent where that can't be told. */
  readonly place?: string | undefined
  /** When it started, in the clock ticks of its place. */
  readonly started?: string | undefined
}

/** This process. */
export function ownProcess(): ProcessIdentity {
  const place = ownPlace()
  const started = startOf(process.pid)
  return { pid: process.pid, host: hostname(), ...(place !== undefined && started !== undefined && { place, started }) }
}

/**
 * What can be told of a process from here.
 *
 * @returns 'unknown' for one of another host or container, and where the number lives but may be another's
 */
export function standingOfProcess({ pid, host, place, started }: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  const here = ownPlace()
  if (place === undefined ? host !== hostname() : place !== here) return 'unknown'
  if (!isRunning(pid)) return 'gone'
  if (place === undefined || started === undefined) return 'unknown'
  const now = startOf(pid)
  if (now === undefined) return isRunning(pid) ? 'unknown' : 'gone'
  return now === started ? 'alive' : 'gone'
}

let known: { readonly place: string | undefined } | undefined

/** Sixteen hex digits for this boot and this namespace; undefined where the system has no such thing. */
function ownPlace(): string | undefined {
  if (known === undefined) {
    let place: string | undefined
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const namespace = readlinkSync('/proc/self/ns/pid')
      place = createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 16)
    } catch {
      // Not Linux, or /proc is not there.
    }
    known = { place }
  }
  return known.place
}

/** Field 22 of /proc/<pid>/stat. The second field, a name in brackets, may hold anything. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const start = text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
    return start !== undefined && /^\d+$/u.test(start) ? start : undefined
  } catch {
    return undefined
  }
}

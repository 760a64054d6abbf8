// How much memory a process took.

import { readFileSync } from 'node:fs'

/** Highest resident memory of this process alone: after a fork, getrusage's maximum still counts the parent's. */
export function peakBytes(): number {
  try {
    return Number(/VmHWM:\s+(\d+)/u.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

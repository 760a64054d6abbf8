// Peak memory of this process. Not the rusage maximum: a child begins with its parent's there, however small it is.

import { readFileSync } from 'node:fs'

export function peakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {
    // No /proc on this system.
  }
  return process.resourceUsage().maxRSS * 1024
}

/**
 * Signs of life of a process that holds a lock: a byte written to its file every few seconds. From a thread of its own, because
 * a step of the optimization and the compiling of a graphics processor's programs hold up every timer beside them, for a minute even.
 */
import { Worker } from 'node:worker_threads'

const SECONDS = 10

/** Plain JavaScript, so that the thread needs no loader; it only writes where the file is still there. */
const THREAD = `
const { workerData } = require('node:worker_threads')
const { openSync, writeSync, closeSync } = require('node:fs')
setInterval(() => {
  try {
    const file = openSync(workerData.path, 'r+')
    try { writeSync(file, '.', 0) } finally { closeSync(file) }
  } catch {}
}, workerData.milliseconds)
`

/** Begins; @returns what ends it. Where no thread can be had, the lock is known by its process alone. */
export function startBeat(path: string, seconds = SECONDS): () => void {
  try {
    const worker = new Worker(THREAD, {
      eval: true,
      workerData: { path, milliseconds: seconds * 1000 },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 },
    })
    worker.on('error', () => {})
    worker.unref()
    return () => void worker.terminate()
  } catch {
    return () => {}
  }
}

// What ONNX Runtime makes of a model before it runs it (folded constants, fused nodes, blocked layouts) takes nine tenths
// of the time that opening a session takes: 1.8 of 2.0 s for the compact pack's step. So its result is kept as a file, and
// the next session of the same model opens that one, with optimization off. The file holds layouts that suit one
// processor, therefore the processor with all its features is part of its name, as are the model's bytes and the version.
// A disk turns bits and copies end early, and a model with other numbers in it still runs: so the hash of its own bytes is the
// second half of its name, and what is opened are the bytes that were hashed. One that doesn't fit is made anew.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { makeFolders } from '../../checkpoint/folders.ts'
import { ort } from './library.ts'

type SessionOptions = ort.InferenceSession.SessionOptions

/** Bytes of a model that is worth it; smaller ones are optimized at once, for larger ones the disk is no gain. */
const worth = { least: 2 ** 16, most: 2 ** 26 }

/** Bytes that all files may have together; the longest unused go first. */
export const roomForOptimized = 2 ** 30

/**
 * A session of the model on the CPU, from the optimized form in `folder` if there is one; if not, it is left there for the
 * next. Whatever goes wrong with the folder (read-only, full, a broken file) costs the time and nothing else.
 */
export async function createOptimized(
  model: Uint8Array,
  options: SessionOptions,
  folder: string,
): Promise<ort.InferenceSession> {
  if (model.length < worth.least || model.length > worth.most) return ort.InferenceSession.create(model, options)
  const name = nameOf(model)
  const kept = await openKept(folder, name, options)
  if (kept) return kept
  const part = join(folder, `${name}.${process.pid}-${count++}.part`)
  if (!attempt(() => makeFolders(folder))) return ort.InferenceSession.create(model, options)
  try {
    const session = await ort.InferenceSession.create(model, { ...options, optimizedModelFilePath: part })
    attempt(() => renameSync(part, join(folder, `${name}.${hashOf(readFileSync(part))}.onnx`)))
    attempt(() => makeRoom(folder, roomForOptimized))
    return session
  } catch {
    // The file couldn't be written, or the model is at fault: without the file it says so.
    return ort.InferenceSession.create(model, options)
  } finally {
    attempt(() => rmSync(part, { force: true }))
  }
}

let count = 0

async function openKept(
  folder: string,
  name: string,
  options: SessionOptions,
): Promise<ort.InferenceSession | undefined> {
  let files: string[] = []
  attempt(() => {
    files = readdirSync(folder).filter((file) => file.startsWith(`${name}.`) && file.endsWith('.onnx'))
  })
  for (const file of files) {
    const path = join(folder, file)
    try {
      const bytes = readFileSync(path)
      if (file !== `${name}.${hashOf(bytes)}.onnx`) throw new Error('other bytes than were written')
      attempt(() => utimesSync(path, new Date(), new Date()))
      return await ort.InferenceSession.create(bytes, { ...options, graphOptimizationLevel: 'disabled' })
    } catch {
      attempt(() => rmSync(path, { force: true }))
    }
  }
  return undefined
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32)
}

/** Removes the longest unused optimized models, and halves that a process left, until all fit into `room` bytes. */
export function makeRoom(folder: string, room: number): void {
  const files = readdirSync(folder)
    .filter((name) => /\.(?:onnx|part)$/u.test(name))
    .map((name) => ({ path: join(folder, name), ...sizeAndAge(join(folder, name)) }))
    .sort((a, b) => b.used - a.used)
  let sum = 0
  for (const { path, bytes } of files) {
    sum += bytes
    if (sum > room) rmSync(path, { force: true })
  }
}

function sizeAndAge(path: string): { bytes: number; used: number } {
  const { size, mtimeMs } = statSync(path)
  return { bytes: size, used: mtimeMs }
}

function nameOf(model: Uint8Array): string {
  const hash = createHash('sha256')
  hash.update(`${ort.env.versions.node} ${process.platform} ${process.arch} ${processor()}\n`)
  return hash.update(model).digest('hex').slice(0, 32)
}

let features: string | undefined

/** The processor as the system describes it; on Linux with the features, of which a virtual machine may hide some. */
function processor(): string {
  if (features === undefined) {
    const info = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
    features = /^(?:flags|Features)\s*:.*$/mu.exec(info)?.[0] ?? ''
  }
  return `${cpus()[0]?.model ?? 'unknown'} ${features}`
}

function attempt(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}

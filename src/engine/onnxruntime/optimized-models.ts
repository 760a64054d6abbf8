// What ONNX Runtime makes of a model before it runs it (folded constants, fused nodes, blocked layouts) takes nine tenths
// of the time that opening a session takes: 1.8 of 2.0 s for the compact pack's step. So its result is kept as a file, and
// the next session of the same model opens that one, with optimization off. The file holds layouts that suit one
// processor, therefore the processor with all its features is part of its name, as are the model's bytes and the version.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
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
  const path = join(folder, `${nameOf(model)}.onnx`)
  const kept = await openKept(path, options)
  if (kept) return kept
  const part = `${path}.${process.pid}.part`
  if (!attempt(() => mkdirSync(folder, { recursive: true }))) return ort.InferenceSession.create(model, options)
  try {
    const session = await ort.InferenceSession.create(model, { ...options, optimizedModelFilePath: part })
    attempt(() => renameSync(part, path))
    attempt(() => makeRoom(folder, roomForOptimized))
    return session
  } catch {
    // The file couldn't be written, or the model is at fault: without the file it says so.
    attempt(() => rmSync(part, { force: true }))
    return ort.InferenceSession.create(model, options)
  }
}

async function openKept(path: string, options: SessionOptions): Promise<ort.InferenceSession | undefined> {
  if (!attempt(() => utimesSync(path, new Date(), new Date()))) return undefined
  try {
    return await ort.InferenceSession.create(path, { ...options, graphOptimizationLevel: 'disabled' })
  } catch {
    attempt(() => rmSync(path, { force: true }))
    return undefined
  }
}

/** Removes the longest unused optimized models, and halves that a process left, until all fit into `room` bytes. */
export function makeRoom(folder: string, room: number): void {
  const files = readdirSync(folder)
    .filter((name) => /\.onnx(?:\.\d+\.part)?$/u.test(name))
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

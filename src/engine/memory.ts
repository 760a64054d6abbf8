// Memory that ran out, in one line: how much was asked for where that is known, what limits it, and what to do. Those who
// allocate (V8, WebAssembly, ONNX Runtime, the system) each say it in their own words, some of them only by their end.

import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { EngineError } from './values.ts'

/** Memory that was not to be had. */
export class MemoryError extends EngineError {
  override readonly name: string = 'MemoryError'
}

/** A run's address space with the networks that ship; a clone's compiler of TypeScript takes its share (measured). */
const NEEDED = import.meta.url.endsWith('.ts') ? 5.5e9 : 2.5e9

/** Bytes of address space that this process may take (`ulimit -v`); Infinity where nothing limits it. */
export function addressSpace(): number {
  try {
    const found = /^Max address space\s+(\d+)/mu.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    return found === undefined ? Infinity : Number(found)
  } catch {
    return Infinity
  }
}

/** @throws MemoryError where a run could only end in the middle of something, because a limit leaves it too little */
export function requireAddressSpace(needed = NEEDED, limit = addressSpace()): void {
  if (limit >= needed) return
  throw new MemoryError(
    `not enough memory: expected at least ${inWords(needed)} of address space for a run, found a limit of ${inWords(limit)}; raise it (ulimit -v unlimited)`,
  )
}

/** Bytes that this process can still take: what is free of the machine or of its container, within a limit on address space. */
export function availableMemory(): number {
  return Math.min(process.availableMemory(), addressSpace())
}

/**
 * @param needed bytes, as estimated
 * @param what needs it: "3000×2000 px"
 * @param advice what would fit into so many bytes
 * @throws MemoryError where there is less
 */
export function requireMemory(
  needed: number,
  what: string,
  advice: (available: number) => string,
  available = availableMemory(),
): void {
  if (needed <= available) return
  throw new MemoryError(
    `not enough memory: ${what} needs about ${inWords(needed)}, and ${inWords(available)} are there; ${advice(available)}`,
  )
}

/** How each of them says that there was no memory; the group is the number of bytes, where one is said. */
const WORDS: readonly RegExp[] = [
  /requested bytes of (\d+)/u,
  /requested buffer of size (\d+)/u,
  // In numbers, not bytes; a short or negative one is no lack of memory.
  /Invalid (?:typed array|array buffer) length: (\d{8,})/u,
  /Array buffer allocation failed/u,
  /Failed to allocate memory|bad_?alloc|std::bad_array_new_length/iu,
  /could not allocate memory|Cannot allocate (?:Wasm )?memory|ENOMEM|not enough memory|JS heap out of memory/iu,
  /failed to map segment|cannot allocate memory in static TLS/iu,
  /vips.*out of memory|out of memory/iu,
]

/** A MemoryError for what is one in other words; undefined for every other error. */
export function memoryProblem(error: unknown): MemoryError | undefined {
  if (error instanceof MemoryError) return error
  if (!(error instanceof Error)) return undefined
  const { message, name } = error
  // One of this program's own errors has its own words already.
  if (!/^(?:Error|RangeError|RuntimeError)$/u.test(name) && !/^ENOMEM/u.test(message)) return undefined
  const found = WORDS.map((words) => words.exec(message)).find((match) => match !== null)
  if (!found) return undefined
  const bytes = Number(found[1])
  const asked =
    Number.isSafeInteger(bytes) && bytes > 0 ? `at least ${inWords(bytes)} at once were asked for` : 'none was left'
  return new MemoryError(
    `not enough memory: ${asked}, and ${limitInWords()}; use a smaller picture or tile, or a pack with a smaller generator, or end other programs`,
    { cause: error },
  )
}

function limitInWords(): string {
  const limit = addressSpace()
  return limit === Infinity
    ? `this machine has ${inWords(totalmem())}`
    : `a limit of ${inWords(limit)} of address space is set (ulimit -v)`
}

/** "3.2 GB", "40 MB". */
export function inWords(bytes: number): string {
  return bytes >= 1e8 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}

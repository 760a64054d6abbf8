// A limit on virtual memory (ulimit -v; batch systems set it) counts what is only reserved. V8 reserves 10 GB for every
// WebAssembly memory, so that it need not check bounds, and 4 GB without that: a program that uses 600 MB asks for 40 GB.
// Under a limit the program is therefore started once more with checked bounds, and memories reserve no more than they can need.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import { setFlagsFromString } from 'node:v8'

const CHECKED = '--disable-wasm-trap-handler'
/** Of a WebAssembly memory: 512 MB. Face detection takes 220. */
const PAGES = 8192
/** Address space that the program takes before it does anything; a clone has a compiler of TypeScript with it. */
const LEAST = existsSync(new URL('../src', import.meta.url)) ? 3e9 : 1.5e9

const CRASHES = ['SIGABRT', 'SIGTRAP', 'SIGSEGV', 'SIGBUS', 'SIGILL'].map((name) => constants.signals[name])

/** Address space that this process may take, in bytes; Infinity where nothing limits it. */
function addressSpace() {
  try {
    const found = /^Max address space\s+(\d+)/mu.exec(readFileSync('/proc/self/limits', 'utf8'))
    return found ? Number(found[1]) : Infinity
  } catch {
    return Infinity
  }
}

/**
 * Makes the most of a limited address space. True when another process does the work from here on: this one only passes
 * on signals, and how that one ended.
 * @param {string} script path of the program
 */
export function economize(script) {
  const limit = addressSpace()
  if (limit === Infinity) return false
  if (limit < LEAST) {
    process.stderr.write(
      `rephoto: not enough memory: expected at least ${inWords(LEAST)} of address space, found a limit of ${inWords(limit)}; raise it (ulimit -v unlimited)\n`,
    )
    process.exit(1)
  }
  if (process.execArgv.includes(CHECKED) || (process.env.NODE_OPTIONS ?? '').includes(CHECKED)) {
    // TensorFlow.js as the engine may need all that WebAssembly can address.
    if (!process.argv.some((word) => word.includes('tfjs'))) setFlagsFromString(`--wasm-max-mem-pages=${PAGES}`)
    endWithParent()
    return false
  }
  startOnceMore(script, limit)
  return true
}

function startOnceMore(script, limit) {
  const NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} ${CHECKED}`.trim()
  // The C library reserves 64 MB for every thread that allocates.
  const env = { MALLOC_ARENA_MAX: '2', ...process.env, NODE_OPTIONS }
  const args = [...process.execArgv, script, ...process.argv.slice(2)]
  if (process.execve) process.execve(process.execPath, [process.execPath, ...args], env)

  // In a process group of its own it hears of Ctrl-C once, from here, and not a second time from the terminal.
  const child = spawn(process.execPath, args, {
    env: { ...env, REPHOTO_PARENT: '3' },
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => child.kill(signal))
  child.on('error', ({ message }) => {
    process.stderr.write(
      `rephoto: not enough memory to start a process within the limit (${message}); raise it (ulimit -v unlimited)\n`,
    )
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    const status = code ?? 128 + constants.signals[signal]
    // What V8 and native code do when they get no memory: they abort, trap or fault.
    if (CRASHES.includes(status - 128)) {
      process.stderr.write(
        `rephoto: ended by ${signal ?? `status ${code}`}, most likely for want of memory: the limit is ${inWords(limit)} of address space; raise it (ulimit -v unlimited)\n`,
      )
    }
    process.exit(status)
  })
}

/** The pipe from the process that only waits closes with it, whatever ended it: nobody is left behind. */
function endWithParent() {
  const { REPHOTO_PARENT: descriptor } = process.env
  if (descriptor === undefined) return
  delete process.env.REPHOTO_PARENT
  new Socket({ fd: Number(descriptor) })
    .on('close', () => process.exit(137))
    .resume()
    .unref()
}

function inWords(bytes) {
  return `${(bytes / 1e9).toFixed(1)} GB`
}

/** Starts the real command line and collects what it says. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../bin/rephoto.js', import.meta.url))

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `rephoto`; `onStderr` sees the running process and all it has said so far. `group`: in a process group of its own, as a shell does it. */
export function rephoto(
  args: readonly string[],
  options: {
    cwd?: string
    group?: boolean
    onStderr?: (text: string, child: ChildProcessWithoutNullStreams) => void
  } = {},
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: options.cwd, detached: options.group === true })
    let stdout = ''
    let stderr = ''
    child.stdin.end()
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString()
      options.onStderr?.(stderr, child)
    })
    child.once('error', fail)
    child.once('close', (code, signal) => done({ code, signal, stdout, stderr }))
  })
}

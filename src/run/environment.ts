/** What a run was made with: versions, machine, commit. Goes into the manifest and into `rephoto doctor`. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, hostname, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Versions of what computes. */
export interface Versions {
  readonly rephoto: string
  readonly node: string
  readonly onnxruntime: string | null
}

/** The commit that the program runs from; null outside a git clone of it. */
export interface Commit {
  readonly commit: string
  /** Whether tracked files differ from that commit. */
  readonly changed: boolean
}

/** The machine. */
export interface Machine {
  readonly platform: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly host: string
}

/** Versions of rephoto, Node and ONNX Runtime. */
export function versions(): Versions {
  return {
    rephoto: packageVersion(root) ?? 'unknown',
    node: process.version,
    onnxruntime: installedVersion('onnxruntime-node'),
  }
}

/** The machine that this runs on. */
export function machine(): Machine {
  return {
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    host: hostname(),
  }
}

/** The commit of this program's clone. */
export function commit(): Commit | null {
  try {
    // A published package can lie inside somebody else's repository: only our own root counts.
    const top = git('rev-parse', '--show-toplevel')
    if (join(top, '/') !== join(root, '/')) return null
    return { commit: git('rev-parse', 'HEAD'), changed: git('status', '--porcelain', '--untracked-files=no') !== '' }
  } catch {
    return null
  }
}

function git(...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

/** Version of a package as it is installed; null where it isn't. */
export function installedVersion(name: string): string | null {
  try {
    return packageVersion(dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`))))
  } catch {
    // Not every package exports its package.json.
    return packageVersion(join(root, 'node_modules', name))
  }
}

function packageVersion(folder: string): string | null {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string }
    return version ?? null
  } catch {
    return null
  }
}

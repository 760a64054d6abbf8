// Checkpoints in the official layouts: small committed ones, and fresh ones of any size from the first Python on this
// machine that has PyTorch (test/fixtures/checkpoint/make.py). The program itself needs no Python.

import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll } from 'vitest'
import type { WeightStore } from '../../src/checkpoint/store.ts'

export const fixtures = fileURLToPath(new URL('../fixtures/checkpoint/', import.meta.url))

interface SmallFiles {
  image: { shape: number[]; values: number[] }
  [file: string]: Record<string, string> | { shape: number[]; values: number[] }
}

/** What make.py wrote about the small files: per file and role a digest, and the image of NVIDIA's arithmetic. */
export const small = JSON.parse(readFileSync(join(fixtures, 'small.json'), 'utf8')) as SmallFiles

/** make.py's digest: names, shapes and float32 numbers, in the order of the names. */
export function digestOf(store: WeightStore): string {
  const hash = createHash('sha256')
  for (const key of [...store.keys()].sort()) {
    const data = store.read(key)
    hash.update(`${key} [${store.shape(key).join(', ')}]\n`)
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

let python: string | undefined | null = null

/** The first interpreter that imports torch: python3 on the PATH, then the system's own. */
export function torchPython(): string | undefined {
  if (python !== null) return python
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => name === 'python3')
        .map((name) => join(folder, name))
    } catch {
      return []
    }
  })
  python = [...onPath, '/usr/bin/python3'].find((candidate) => {
    try {
      execFileSync(candidate, ['-c', 'import torch, numpy'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  return python
}

export const noTorch = 'no Python on this machine imports torch and numpy (Debian: apt install python3-torch)'

/** Other programs are waited for, not blocked on: vitest gives up on a worker that is silent for a minute. */
export const execute = promisify(execFile)

export async function makeCheckpoints(folder: string, ...options: string[]): Promise<void> {
  await execute(torchPython() ?? 'python3', [join(fixtures, 'make.py'), folder, ...options])
}

/** A folder that is removed after the tests of a file. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `rephoto-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A cache of its own for the tests of a file; the user's is never touched. */
export function ownCache(): string {
  const before = process.env.REPHOTO_CACHE
  const folder = temporaryFolder('cache')
  process.env.REPHOTO_CACHE = folder
  afterAll(() => {
    if (before === undefined) delete process.env.REPHOTO_CACHE
    else process.env.REPHOTO_CACHE = before
  })
  return folder
}

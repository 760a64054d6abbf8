/**
 * The version of the program as far as results go: a hash over its sources and over what it computes with. A changed
 * program makes its runs anew. Rooms that cannot change a run's numbers or pictures are left out.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tensorflowPackages } from '../engine/tfjs/installed.ts'
import { installedVersion } from '../run/environment.ts'
import { sha256Text } from './hash.ts'

/** Folder of the sources, or of what was built from them. */
const sources = fileURLToPath(new URL('../', import.meta.url))
/** Commands, pages, sweeps and sets are around runs, not in them. */
const AROUND = new Set(['cli', 'report', 'compare', 'figure', 'library', 'search', 'study', 'sweep', 'synth'])
const manifest = fileURLToPath(new URL('../../package.json', import.meta.url))

/** What computes pictures and numbers: their installed versions count, not the ranges that are asked for. */
const COMPUTING = ['onnxruntime-node', 'sharp', '@vladmandic/face-api', '@tensorflow/tfjs-core', ...tensorflowPackages]

/** Hex SHA-256 over the sources, the packages that they are made with, and the versions of those that compute. */
export function codeVersion(): string {
  const files = sourceFiles(sources, true).sort()
  const { dependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as { dependencies: unknown }
  const texts = files.flatMap((path) => [path.slice(sources.length), readFileSync(path, 'utf8')])
  return sha256Text([...texts, JSON.stringify(dependencies), ...COMPUTING.map((name) => installedVersion(name) ?? '')])
}

function sourceFiles(folder: string, top = false): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return top && AROUND.has(entry.name) ? [] : sourceFiles(path)
    return /\.[jt]s$/u.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : []
  })
}

/** Reads sweep.json: the list of a sweep's runs, from which a comparison can be made at any time. */
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { readDocument } from '../run/document.ts'
import { folderInside, isInside } from '../run/inside.ts'
import { CompareError, type CompareRequest } from './types.ts'

/** Only what a comparison needs; a sweep may say more. */
const schema = z.object({
  format: z.literal('rephoto-sweep'),
  formatVersion: z.literal(1),
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  base: z.string(),
  conditions: z
    .array(
      z.object({ name: z.string(), label: z.string().optional(), set: z.record(z.string(), z.unknown()).optional() }),
    )
    .min(1),
  search: z
    .object({
      method: z.enum(['random', 'tpe']),
      budget: z.number(),
      metric: z.string(),
      direction: z.enum(['minimize', 'maximize']),
      keys: z.array(z.string()),
    })
    .optional(),
  runs: z.array(
    z.object({
      name: z.string(),
      folder: z.string(),
      condition: z.string(),
      input: z.string(),
      seed: z.number(),
      status: z.string(),
      error: z.string().optional(),
    }),
  ),
})

/** The sweep.json of a folder, or that file itself; undefined where the path is neither. */
export function sweepPath(path: string): string | undefined {
  if (basename(path) === 'sweep.json') return path
  return isInside(path, 'sweep.json') ? join(path, 'sweep.json') : undefined
}

/** What a sweep compares; run folders are relative to it. */
export function readSweep(path: string): Omit<CompareRequest, 'out'> {
  const folder = dirname(resolve(path))
  const sweep = readDocument(folder, basename(path), schema, {
    todo: 'start the sweep again, and it writes the file anew',
    complain: (message, cause) => new CompareError(message, { cause }),
    most: MOST_BYTES,
  })
  if (!sweep) throw new CompareError(`${path}: expected the list of a sweep, found no such file`)
  const { name, title = name, description, base, conditions, search, runs } = sweep
  return {
    title,
    description,
    base,
    conditions,
    ...(search && { search }),
    runs: runs.map((run) => ({ ...run, folder: runFolder(folder, run.folder, path) })),
  }
}

/** A list of ten thousand runs. */
const MOST_BYTES = 64 << 20

/** A sweep may be passed on: its runs lie in it, and no link leads to them. */
function runFolder(folder: string, name: string, path: string): string {
  const parts = name.split('/')
  if (!isAbsolute(name) && !parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'))) {
    return folderInside(folder, name)
  }
  throw new CompareError(
    `${path}: runs: expected folders in the sweep's own, found ${JSON.stringify(name)}; compare runs from elsewhere by naming their folders`,
  )
}

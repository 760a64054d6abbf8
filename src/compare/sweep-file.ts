/** Reads sweep.json: the list of a sweep's runs, from which a comparison can be made at any time. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { atPath } from '../run/errors.ts'
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
  const inside = join(path, 'sweep.json')
  return existsSync(inside) ? inside : undefined
}

/** What a sweep compares; run folders are relative to it. */
export function readSweep(path: string): Omit<CompareRequest, 'out'> {
  const text = atPath(path, () => readFileSync(path, 'utf8'))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new CompareError(`${path}: expected JSON, found ${(cause as Error).message}`, { cause })
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new CompareError(`${path}: expected the list of a sweep, found ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const { name, title = name, description, base, conditions, runs } = parsed.data
  const folder = dirname(resolve(path))
  return {
    title,
    description,
    base,
    conditions,
    runs: runs.map((run) => ({ ...run, folder: isAbsolute(run.folder) ? run.folder : join(folder, run.folder) })),
  }
}

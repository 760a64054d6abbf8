/**
 * What was imported into a pack on this machine: `installed.json` beside the files. The first import of a file whose
 * hash nobody published is recorded here and trusted from then on; `verify` compares with what is recorded.
 */
import { join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../checkpoint/atomic.ts'
import { BudgetError, MOST_CONFIG_BYTES, readJson } from '../config/budget.ts'
import { type Role, roles } from '../networks/roles.ts'
import { ModelError } from './errors.ts'
import { MOST_BYTES } from './pack.ts'

const installedNetworkSchema = z.strictObject({
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sha256: z.string(),
  bytes: z.int().min(0).max(MOST_BYTES),
  shapesDigest: z.string(),
  recognised: z.string().describe('What the importer took the source for.'),
  source: z.strictObject({ name: z.string(), sha256: z.string(), bytes: z.int().min(0).max(MOST_BYTES) }),
  /** "published": the source's hash is the one in the pack file; "recorded": trusted on first import. */
  trust: z.enum(['published', 'recorded']),
  imported: z.string(),
})

export const installedSchema = z.strictObject({
  format: z.literal(1),
  networks: z.partialRecord(z.enum(roles), installedNetworkSchema),
})

export type InstalledNetwork = z.infer<typeof installedNetworkSchema>
export type Installed = Partial<Record<Role, InstalledNetwork>>

const fileName = 'installed.json'

export function readInstalled(folder: string): Installed {
  const path = join(folder, fileName)
  const document = readModelJson(path)
  if (document === undefined) return {}
  const parsed = installedSchema.safeParse(document)
  if (parsed.success) return parsed.data.networks
  const [issue] = parsed.error.issues
  throw new ModelError(
    `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is damaged'}; remove the pack and import again`,
  )
}

export function writeInstalled(folder: string, networks: Installed): void {
  const text = `${JSON.stringify({ format: 1, networks }, null, 2)}\n`
  writeAtomically(join(folder, fileName), (write) => write(Buffer.from(text)))
}

/** What a file of JSON in a pack says; undefined where there is none. @throws ModelError for what is no JSON, or too much */
export function readModelJson(path: string): unknown {
  try {
    return readJson(path, MOST_CONFIG_BYTES)
  } catch (error) {
    if (error instanceof SyntaxError) throw new ModelError(`${path}: not valid JSON (${error.message})`)
    if (error instanceof BudgetError) throw new ModelError(`${path}: expected a pack, found ${error.message}`)
    return undefined
  }
}

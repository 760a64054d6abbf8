/**
 * What was imported into a pack on this machine: `installed.json` beside the files. The first import of a file whose
 * hash nobody published is recorded here and trusted from then on; `verify` compares with what is recorded.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sync as writeFileAtomic } from 'write-file-atomic'
import { z } from 'zod'
import { ModelError } from './errors.ts'
import { type Role, roles } from './roles.ts'

const installedNetworkSchema = z.strictObject({
  file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  sha256: z.string(),
  bytes: z.number(),
  shapesDigest: z.string(),
  recognised: z.string().describe('What the importer took the source for.'),
  source: z.strictObject({ name: z.string(), sha256: z.string(), bytes: z.number() }),
  /** "published": the source's hash is the one in the pack file; "recorded": trusted on first import. */
  trust: z.enum(['published', 'recorded']),
  imported: z.string(),
})

const installedSchema = z.strictObject({
  format: z.literal(1),
  networks: z.partialRecord(z.enum(roles), installedNetworkSchema),
})

export type InstalledNetwork = z.infer<typeof installedNetworkSchema>
export type Installed = Partial<Record<Role, InstalledNetwork>>

const fileName = 'installed.json'

export function readInstalled(folder: string): Installed {
  const path = join(folder, fileName)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  const parsed = installedSchema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data.networks
  const [issue] = parsed.error.issues
  throw new ModelError(
    `${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is damaged'}; remove the pack and import again`,
  )
}

export function writeInstalled(folder: string, networks: Installed): void {
  mkdirSync(folder, { recursive: true })
  writeFileAtomic(join(folder, fileName), `${JSON.stringify({ format: 1, networks }, null, 2)}\n`)
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ModelError(`${path}: not valid JSON (${error instanceof Error ? error.message : String(error)})`)
  }
}

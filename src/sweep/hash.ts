/**
 * The hash of a run: over everything that has a part in its result, and nothing else. Runs of the same hash are the same run:
 * a sweep makes it once.
 *
 * In it: the complete config; the bytes, not the names, of the input, the truth and every other file that the config
 * names; the weights of the networks and how the pack lays them out; the program (code-version.ts). Not in it: where
 * files lie, how often a state is saved, the machine.
 */
import { createHash } from 'node:crypto'
import type { ConfigKind } from '../config/kind.ts'
import { isObject } from '../config/merge.ts'
import type { Plan } from '../methods/method.ts'
import type { LoadedPack } from '../models/load.ts'
import { namedFiles } from '../run/binding.ts'
import { sha256File } from '../run/hash.ts'

/**
 * Hex SHA-256 of a run. Threads must be settled: how sums are split is part of a result.
 *
 * @param kind whose keys hold files
 */
export function runHash(
  { config, roles, guessed, sources }: Plan,
  kind: ConfigKind,
  pack: LoadedPack,
  code: string,
): string {
  const { pack: _, output, ...rest } = config
  const files = new Set(kind.files.flatMap((path) => namedFiles(config, path)).map(([, path]) => path))
  const byContent = JSON.stringify(rest, (_, value: unknown) =>
    typeof value === 'string' && files.has(value) ? `sha256:${hashOf(value)}` : value,
  )
  const kept = { frames: isObject(output) ? output.frames : null }
  const { size, styleDim, nLatent, networks } = pack.pack
  const looked = roles.map((role) => [role, hashOf(pack.path(role)), networks[role]?.layout ?? null])
  return createHash('sha256')
    .update(
      JSON.stringify([
        byContent,
        kept,
        { size, styleDim, nLatent, networks: looked },
        ...(guessed.length > 0 ? [guessed] : []),
        ...sources.map(hashOf),
        code,
      ]),
    )
    .digest('hex')
}

const known = new Map<string, string>()

/** An expansion asks for the same files again and again. */
function hashOf(path: string): string {
  const hash = known.get(path) ?? sha256File(path)
  known.set(path, hash)
  return hash
}

/** Forgets the files' hashes: a new expansion reads them again. */
export function forgetHashes(): void {
  known.clear()
}

/** Hash of texts, for small things. */
export function sha256Text(parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex')
}

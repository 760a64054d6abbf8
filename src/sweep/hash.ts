/**
 * The hash of a run: over everything that has a part in its result, and nothing else. Runs of the same hash are the same run:
 * a sweep makes it once.
 *
 * In it: the complete config; the bytes, not the names, of the input, the truth and every other file that the config
 * names; the weights of the networks and how the pack lays them out; the program (code-version.ts). Not in it: where
 * files lie, how often a state is saved, the machine.
 */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { ResolvedConfig } from '../config/index.ts'
import { isObject, type JsonObject } from '../config/merge.ts'
import { stageFilePaths } from '../degrade/degrade.ts'
import { calibrationFile } from '../guess/calibration.ts'
import type { LoadedPack } from '../models/load.ts'
import type { Role } from '../networks/roles.ts'
import { usedRoles } from '../pipeline/networks.ts'
import { sha256File } from '../run/hash.ts'

/**
 * Hex SHA-256 of a run. Threads must be settled: how sums are split is part of a result.
 *
 * @param guessed keys that are left to the picture; then any colour encoder may be the one, and what the guess was
 *   calibrated by has a part in it
 */
export function runHash(
  config: ResolvedConfig,
  pack: LoadedPack,
  code: string,
  guessed: readonly string[] = [],
): string {
  const { pack: _, output, ...rest } = config as ResolvedConfig & JsonObject
  const files = filesOf(config)
  const byContent = JSON.stringify(rest, (_, value: unknown) =>
    typeof value === 'string' && files.has(value) ? `sha256:${hashOf(value)}` : value,
  )
  const kept = { frames: output.frames }
  return createHash('sha256')
    .update(
      JSON.stringify([
        byContent,
        kept,
        networksOf(pack, config),
        ...(guessed.length > 0 ? [guessed, encodersOf(pack), hashOf(fileURLToPath(calibrationFile))] : []),
        code,
      ]),
    )
    .digest('hex')
}

/** Every file that a config names. */
function filesOf(config: ResolvedConfig): ReadonlySet<string> {
  const { input, align, init, degradation } = config
  const { truth } = config as unknown as JsonObject
  const named = [input, align.landmarks, init.latent, init.noise, isObject(truth) ? truth.picture : null]
  const paths = named.filter((path): path is string => typeof path === 'string')
  return new Set([...paths, ...stageFilePaths(degradation)])
}

function networksOf(loaded: LoadedPack, config: ResolvedConfig): unknown {
  const roles: Role[] = [
    ...new Set([...usedRoles(loaded, config.sensitivity), ...(loaded.has('w_stats') ? ['w_stats' as const] : [])]),
  ]
  const { size, styleDim, nLatent, networks } = loaded.pack
  return {
    size,
    styleDim,
    nLatent,
    networks: roles.map((role) => [role, hashOf(loaded.path(role)), networks[role]?.layout ?? null]),
  }
}

function encodersOf(loaded: LoadedPack): unknown {
  const roles: Role[] = ['color_encoder_b', 'color_encoder_gb', 'color_encoder_g']
  return roles.filter(loaded.has).map((role) => hashOf(loaded.path(role)))
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

/** Whether a pack's files are what they were when they were imported or shipped, and whether each network works. */
import { openSafetensors } from '../checkpoint/safetensors.ts'
import type { Role } from '../networks/roles.ts'
import { hashFile, shapesDigest } from './hash.ts'
import { type LoadedPack, loadPack } from './load.ts'
import { type ProbeResult, probeNetwork } from './probe.ts'

export interface VerifiedNetwork {
  readonly role: Role
  readonly path: string
  readonly ok: boolean
  /** What was found wrong; empty when ok. */
  readonly problems: readonly string[]
  /** "recorded" and "shipped" hashes were compared; "none" means there is nothing to compare with. */
  readonly hash: 'recorded' | 'shipped' | 'none'
  readonly sha256: string
  /** Output on a fixed input; absent when not run or not possible. */
  readonly output?: ProbeResult
}

export interface VerifyResult {
  readonly pack: string
  readonly ok: boolean
  readonly networks: readonly VerifiedNetwork[]
  readonly missing: readonly Role[]
}

export interface VerifyOptions {
  /** Run each network once (default). */
  readonly run?: boolean
  readonly onStep?: (role: Role) => void
}

/**
 * Checks the files of a pack against their hashes, and runs each network once.
 * @throws ModelError where there is no such pack
 */
export async function verifyPack(name: string, options: VerifyOptions = {}): Promise<VerifyResult> {
  const pack = loadPack(name)
  try {
    const networks: VerifiedNetwork[] = []
    for (const role of pack.roles) {
      if (!pack.has(role)) continue
      options.onStep?.(role)
      networks.push(await verifyNetwork(pack, role, options.run !== false))
    }
    const ok = pack.missing.length === 0 && networks.every((network) => network.ok)
    return { pack: pack.pack.name, ok, networks, missing: pack.missing }
  } finally {
    pack.close()
  }
}

async function verifyNetwork(pack: LoadedPack, role: Role, run: boolean): Promise<VerifiedNetwork> {
  const path = pack.path(role)
  const problems: string[] = []
  const imported = pack.installed[role]
  const expected = imported ?? pack.pack.networks[role]
  const { sha256, bytes } = hashFile(path)
  if (expected?.bytes !== undefined && bytes !== expected.bytes)
    problems.push(`has ${bytes} bytes where ${expected.bytes} were written`)
  if (expected?.sha256 !== undefined && sha256 !== expected.sha256)
    problems.push(`SHA-256 ${sha256.slice(0, 16)}… where ${expected.sha256.slice(0, 16)}… is recorded; import it again`)
  let output: ProbeResult | undefined
  try {
    const file = openSafetensors(path)
    try {
      const digest = shapesDigest(file.keys().map((key) => [key, file.shape(key)] as const))
      if (expected?.shapesDigest !== undefined && digest !== expected.shapesDigest)
        problems.push('its tensors have other names or shapes than recorded')
    } finally {
      file.close()
    }
    if (run) output = await probeNetwork(pack, role)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
  }
  const hash = imported !== undefined ? 'recorded' : expected?.sha256 !== undefined ? 'shipped' : 'none'
  return { role, path, ok: problems.length === 0, problems, hash, sha256, ...(output === undefined ? {} : { output }) }
}

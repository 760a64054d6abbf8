/** Repeating a run: the same config on the same files with the same weights, and whether the same came of it. */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Fragment } from '../config/load.ts'
import { checkConfigBinding, checkWeightsBinding } from '../run/binding.ts'
import { readRunConfig } from '../run/config.ts'
import { commit, machine, versions } from '../run/environment.ts'
import { atPath, RunFolderError } from '../run/errors.ts'
import { checkRunFolder, isRunsOwn, runName } from '../run/folder.ts'
import { sha256File } from '../run/hash.ts'
import { inside, isInside } from '../run/inside.ts'
import { type Manifest, readManifest } from '../run/manifest.ts'
import { methods } from './methods.ts'
import { sameDevice, weightFiles } from './runner.ts'

/** What a run needs to be made once more. */
export interface Repeat {
  readonly config: Fragment
  /** What is not as it was and may change the last digits: versions, commit, machine. */
  readonly remarks: readonly string[]
}

/**
 * Proves by hash that a run can be made once more as it was: its config, its picture and other files, the weights.
 *
 * @param input where the picture lies now, if not where it lay
 * @throws RunFolderError that names everything of these that is another now; and for a run that is not complete
 */
export async function repeatOf(folder: string, input?: string): Promise<Repeat> {
  checkRunFolder(folder)
  const manifest = readManifest(folder)
  if (manifest.status !== 'complete') {
    throw new RunFolderError(
      `${folder}: expected a complete run, found one that is ${manifest.status}; finish it with rephoto resume`,
    )
  }
  const method = methods.ofRun(manifest, folder)
  const { document } = readRunConfig(folder, method, manifest.pack.size ?? 0)
  const picture = input === undefined ? document.input : resolve(input)
  const config = { ...document, input: picture, threads: manifest.threads, ...sameDevice(manifest) }
  checkPicture(manifest, picture)
  const begun = manifest.stages.map(({ steps }) => steps)
  if (manifest.binding) checkConfigBinding(folder, manifest, document, begun, method.config)
  const { open } = await method.load()
  const job = open(config)
  try {
    checkWeightsBinding(manifest, weightFiles(job))
  } finally {
    job.close()
  }
  return { config, remarks: surroundings(manifest) }
}

function checkPicture({ input: before }: Manifest, picture: unknown): void {
  if (typeof picture !== 'string' || !existsSync(picture)) {
    throw new RunFolderError(
      `${picture}: expected the picture of the run (${before.name}), found no such file; say with --input where it is`,
    )
  }
  const found = sha256File(picture)
  if (found === before.sha256) return
  throw new RunFolderError(
    `${picture}: expected the picture of the run (sha256 ${before.sha256.slice(0, 12)}…), found another (${found.slice(0, 12)}…); say with --input where it is`,
  )
}

/** What else has a part in the last digits of a result. */
function surroundings({ versions: before, git, machine: place }: Manifest): string[] {
  const now = versions()
  const here = machine()
  const pairs: readonly [what: string, before: string | null, now: string | null][] = [
    ['rephoto', before.rephoto, now.rephoto],
    ['Node', before.node, now.node],
    ['ONNX Runtime', before.onnxruntime, now.onnxruntime],
    ['commit', shownCommit(git), shownCommit(commit())],
    ['processor', place.cpu, here.cpu],
  ]
  return pairs.flatMap(([what, was, is]) =>
    was === is ? [] : [`another ${what}: ${was ?? 'none'} then, ${is ?? 'none'} now`],
  )
}

function shownCommit(git: Manifest['git']): string | null {
  return git === null ? null : `${git.commit.slice(0, 10)}${git.changed ? ' with changes' : ''}`
}

/** A file of two runs. */
export interface Compared {
  readonly name: string
  readonly same: boolean
  /** In what they differ. */
  readonly words?: string
}

/** Files whose content tells of the occasion and not of the result. */
const OF_THE_OCCASION = [runName.manifest, runName.config, runName.report, runName.tags, runName.lock]

/** Compares what two runs left, byte by byte. */
export function compareRepeat(before: string, after: string): readonly Compared[] {
  const namesOf = (folder: string) =>
    atPath(folder, () => readdirSync(folder), 'read').filter(
      (name) => isRunsOwn(name) && !name.endsWith('.log') && !OF_THE_OCCASION.includes(name),
    )
  const names = [...new Set([...namesOf(before), ...namesOf(after)])].sort()
  return names.map((name) => {
    const [was, is] = [before, after].map((folder) => isInside(folder, name))
    if (!was || !is)
      return { name, same: false, words: was ? 'only the earlier run has it' : 'only the new run has it' }
    const [one, other] = [before, after].map((folder) => sha256File(inside(folder, name)))
    return one === other ? { name, same: true } : { name, same: false, words: 'other bytes' }
  })
}

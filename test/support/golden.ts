// Where the golden numbers live and how a test reads them. They were computed once by the reference implementation on
// formula weights; the folder can be swapped with the environment variable GOLDEN, so that the same tests can be run
// against numbers made elsewhere (another salt, another machine).
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Absolute folder of the golden files: `GOLDEN` when set, else the project's copy in `test/golden`. */
export function goldenDir(): string {
  return path.resolve(process.env.GOLDEN || path.join(repositoryRoot, 'test/golden'))
}

/** Absolute path of one golden file, for example `goldenPath('align-durer.png')`. */
export function goldenPath(file: string): string {
  return path.join(goldenDir(), file)
}

function readJson(name: string): unknown {
  const file = goldenPath(`${name}.json`)
  if (!existsSync(file)) throw new Error(`golden numbers: ${file} does not exist; is GOLDEN set to the right folder?`)
  return JSON.parse(readFileSync(file, 'utf8'))
}

/**
 * Parses `<name>.json` of the golden folder. The caller names the shape it expects; nothing is validated here beyond
 * the presence of `salt`, which every file of numbers carries and every formula needs.
 */
export function readGolden<T extends object = Record<string, unknown>>(name: string): T & { salt: string } {
  const parsed = readJson(name) as T & { salt?: unknown }
  if (typeof parsed.salt !== 'string') throw new Error(`golden numbers: ${name}.json has no "salt" string`)
  return parsed as T & { salt: string }
}

/** Keys and shapes of every network's state dict (`keys.json`, which has no salt): network → key → shape. */
export function readGoldenKeys(): Record<string, Record<string, number[]>> {
  return readJson('keys') as Record<string, Record<string, number[]>>
}

/**
 * Folder of the four real portraits that some tests look at, or undefined where it is not there. `PORTRAITS`
 * overrides; the default is `shared/portraits` beside the repository. They are not part of the project, so tests that
 * need them are skipped, with a reason, where they are missing.
 */
export function portraitsDir(): string | undefined {
  const folder = path.resolve(process.env.PORTRAITS || path.join(repositoryRoot, '../shared/portraits'))
  return existsSync(folder) ? folder : undefined
}

/**
 * Folder of weight files as people have them, or undefined where it is not there. `WEIGHTS` overrides; the default is `shared/weights` beside the
 * repository. They are not part of the project, so tests that need them are skipped, with a reason, where they are missing.
 */
export function weightsDir(): string | undefined {
  const folder = path.resolve(process.env.WEIGHTS || path.join(repositoryRoot, '../shared/weights'))
  return existsSync(folder) ? folder : undefined
}

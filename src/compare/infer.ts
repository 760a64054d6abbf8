/**
 * From run folders that no sweep lists to a comparison: a condition is what a run sets differently from the base. Each
 * input has a base run of its own (a photograph and a painting may start from different presets, and the same change to
 * both is still one condition); but where no input has two runs there is nothing to pair, and one run is base to all.
 */
import { basename, resolve } from 'node:path'
import type { Methods } from '../methods/method.ts'
import { flatten, plainValue } from './config-differences.ts'
import { gatherRun } from './gather.ts'
import { CompareError, type CompareRequest, type Condition, type ListedRun } from './types.ts'

/** Keys that belong to an input, a seed or a machine, and make no condition. */
const NOT_A_CONDITION = /^(?:input|seed|truth\..*|threads|device|output\..*|align\.(?:face|landmarks))$/u

/**
 * Conditions of run folders.
 *
 * @param base the run whose condition is the base; the first by default
 * @throws CompareError where a folder holds no run, or the base is none of them
 */
export function inferRequest(
  folders: readonly string[],
  methods: Methods,
  base = folders[0],
): Pick<CompareRequest, 'base' | 'conditions' | 'runs'> {
  const baseFolder = base === undefined ? undefined : resolve(base)
  const places = [...new Set(folders.map((folder) => resolve(folder)))]
  if (baseFolder === undefined || !places.includes(baseFolder)) {
    throw new CompareError(`${base}: expected the base among the runs, found it is none of them; name it as a run too`)
  }
  const found = places.map((folder) => {
    const { manifest, config, problem } = gatherRun({ ...nobody, name: basename(folder), folder }, methods)
    if (!manifest || !config) throw new CompareError(`${folder}: expected a run, found ${problem}`)
    const leaves = [...flatten(config)].filter(([key]) => !NOT_A_CONDITION.test(key))
    return { folder, manifest, leaves: new Map(leaves) }
  })
  const own = found.find(({ folder }) => folder === baseFolder)!
  const ordered = [own, ...found.filter((run) => run !== own)]
  const pictureOf = (run: (typeof found)[number]) => run.manifest.input.sha256
  const paired = new Set(ordered.map(pictureOf)).size < ordered.length
  const baseOf = (run: (typeof found)[number]) =>
    paired ? ordered.find((other) => pictureOf(other) === pictureOf(run))! : own

  const conditions: Condition[] = []
  const runs: ListedRun[] = []
  const inputs = new Map<string, string>()
  const taken = new Set<string>()
  for (const run of ordered) {
    const { folder, manifest, leaves } = run
    const input = inputName(inputs, manifest.input.name, manifest.input.sha256)
    let { name, label, set } = conditionOf(leaves, baseOf(run).leaves)
    // A repetition of the same thing is compared as a condition of its own: it shows how much chance does.
    for (let again = 2; taken.has(JSON.stringify([name, input, manifest.seed])); again++) {
      ;[name, label] = [name, label].map((text) => `${text.replace(/ \(\d+\)$/u, '')} (${again})`) as [string, string]
    }
    taken.add(JSON.stringify([name, input, manifest.seed]))
    if (!conditions.some((condition) => condition.name === name)) conditions.push({ name, label, set })
    runs.push({ name: basename(folder), folder, condition: name, input, seed: manifest.seed, status: manifest.status })
  }
  return { base: conditions[0]!.name, conditions, runs }
}

const nobody = { condition: '', input: '', seed: 0, status: 'unknown' }

/** More keys than these in a name would not be read. */
const MOST_KEYS = 3

function conditionOf(leaves: ReadonlyMap<string, string>, base: ReadonlyMap<string, string>) {
  const keys = [...new Set([...base.keys(), ...leaves.keys()])].filter((key) => leaves.get(key) !== base.get(key))
  const set = Object.fromEntries(keys.map((key) => [key, JSON.parse(safeJson(leaves.get(key)))]))
  const more = keys.length > MOST_KEYS ? ` and ${keys.length - MOST_KEYS} more (${hashOf(keys, leaves)})` : ''
  const words = (short: boolean) => {
    const part = (key: string) =>
      `${short ? key.split('.').slice(-2).join('.') : key}=${plainValue(leaves.get(key) ?? 'absent')}`
    return keys.length === 0 ? 'base' : keys.slice(0, MOST_KEYS).map(part).join(', ') + more
  }
  return { name: words(false), label: words(true), set }
}

/** The order of stages is text and not JSON. */
function safeJson(text: string | undefined): string {
  if (text === undefined) return 'null'
  return /^(?:["[{\d-]|true|false|null)/u.test(text) ? text : JSON.stringify(text)
}

/** Two conditions may share their first keys: four letters tell them apart. */
function hashOf(keys: readonly string[], leaves: ReadonlyMap<string, string>): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(keys.map((key) => `${key}=${leaves.get(key)}`).join('\n'))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  }
  return hash.toString(36).slice(0, 4)
}

/** File names of different pictures can be the same; then the second gets part of its hash. */
function inputName(names: Map<string, string>, name: string, sha256: string): string {
  const known = names.get(sha256)
  if (known !== undefined) return known
  const plain = name.replace(/\.[A-Za-z0-9]+$/u, '')
  const unique = [...names.values()].includes(plain) ? `${plain} (${sha256.slice(0, 6)})` : plain
  names.set(sha256, unique)
  return unique
}

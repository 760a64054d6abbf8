/** What may stand where a shell asks, as far as yargs doesn't know it: presets, packs, keys of configs. */

/** Options whose values have names that come with the program or lie in its cache. */
const PRESETS = new Set(['--preset'])
const PACKS = new Set(['--pack'])
const KEYS = new Set(['--set'])

/**
 * Values for the last of some words.
 *
 * @param words of the command line, the program first, the one that is being written last
 * @returns undefined where yargs knows better
 */
export async function valuesFor(words: readonly string[]): Promise<readonly string[] | undefined> {
  const [before = '', current = ''] = words.slice(-2)
  // bash takes = for a word of its own: --preset=anti is written in three.
  const option = before === '=' ? (words.at(-3) ?? '') : before
  const value = current === '=' ? '' : current
  if (PRESETS.has(option)) {
    const { presetNames } = await import('../config/index.ts')
    return matching(presetNames(), value)
  }
  if (PACKS.has(option)) {
    const { packNames } = await import('../models/load.ts')
    return matching(packNames(), value)
  }
  if (!KEYS.has(option)) return undefined
  const [{ configKinds }, { allPaths }] = await Promise.all([
    import('../methods/configs.ts'),
    import('../config/validate.ts'),
  ])
  const kind =
    configKinds.find(({ method }) => method === words[1]) ?? configKinds.find((one) => one.method === 'rephotograph')
  return matching(
    allPaths(kind!.complete).map((path) => `${path}=`),
    value,
  )
}

function matching(names: readonly string[], start: string): string[] {
  return names.filter((name) => name.startsWith(start))
}

// The order of a study for one participant: every pair of conditions as often as every other, sides in balance, and some choices a
// second time with their sides turned.

import type { Study } from '../study.ts'

/** A choice as it is shown: a pair of the study, perhaps with its sides turned. */
export interface Choice {
  readonly pair: number
  readonly turned: boolean
  readonly repeat?: true
}

/** @param random uniform in [0, 1) */
export function drawOrder(
  { pairs, most, repeats }: Pick<Study, 'pairs' | 'most' | 'repeats'>,
  random: () => number,
): Choice[] {
  const groups = new Map<string, number[]>()
  for (const index of shuffled(pairs.keys(), random)) {
    const key = pairs[index]!.conditions.join()
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  // Round after round, one of each pair of conditions; within a round in any order.
  const chosen: { readonly key: string; readonly pair: number }[] = []
  while (chosen.length < most && groups.size > 0) {
    for (const key of shuffled(groups.keys(), random)) {
      const group = groups.get(key)!
      if (chosen.length < most) chosen.push({ key, pair: group.pop()! })
      if (group.length === 0) groups.delete(key)
    }
  }
  // Each pair of conditions stands as often one way round as the other.
  const turns = new Map<string, boolean>()
  const first = chosen.map(({ key, pair }): Choice => {
    const turned = turns.has(key) ? !turns.get(key) : random() < 0.5
    turns.set(key, turned)
    return { pair, turned }
  })
  const again = shuffled(first.keys(), random)
    .slice(0, Math.min(repeats, first.length))
    .map((index): Choice => ({ ...first[index]!, turned: !first[index]!.turned, repeat: true }))
  return [...shuffled(first, random), ...again]
}

function shuffled<Item>(items: Iterable<Item>, random: () => number): Item[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[all[i], all[j]] = [all[j]!, all[i]!]
  }
  return all
}

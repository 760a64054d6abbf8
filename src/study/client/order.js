// The order of a study for one participant: every pair of conditions as often as every other, sides in balance, and some choices a
// second time with their sides turned.

export function drawOrder({ pairs, most, repeats }, random) {
  const groups = new Map()
  for (const index of shuffled(pairs.keys(), random)) {
    const key = pairs[index].conditions.join()
    groups.set(key, [...(groups.get(key) ?? []), index])
  }
  // Round after round, one of each pair of conditions; within a round in any order.
  const chosen = []
  while (chosen.length < most && groups.size > 0) {
    for (const key of shuffled(groups.keys(), random)) {
      const group = groups.get(key)
      if (chosen.length < most) chosen.push({ key, pair: group.pop() })
      if (group.length === 0) groups.delete(key)
    }
  }
  // Each pair of conditions stands as often one way round as the other.
  const turns = new Map()
  const first = chosen.map(({ key, pair }) => {
    const turned = turns.has(key) ? !turns.get(key) : random() < 0.5
    turns.set(key, turned)
    return { pair, turned }
  })
  const again = shuffled(first.keys(), random)
    .slice(0, Math.min(repeats, first.length))
    .map((index) => ({ ...first[index], turned: !first[index].turned, repeat: true }))
  return [...shuffled(first, random), ...again]
}

function shuffled(items, random) {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[all[i], all[j]] = [all[j], all[i]]
  }
  return all
}
